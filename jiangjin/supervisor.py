"""Keeps a few child processes running until told to stop: the web server, and workers that may join it."""

import ctypes
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

STOP_SECONDS = 15  # then a child is killed
RESTARTS = 5  # within RESTART_WINDOW seconds; one more and everything ends
RESTART_WINDOW = 60.0
PR_SET_PDEATHSIG = 1


@dataclass(slots=True)
class Child:
    """A process to keep running; `pass_fds` are descriptors that it inherits.

    One that `ends_by_itself` with status 0, as a worker after each job, is started anew without a word. Told to stop,
    it has `patience` seconds to do so. One that is not `essential` may fail again and again: it then rests for a while,
    and the others go on.
    """

    name: str
    argv: Sequence[str]
    pass_fds: tuple[int, ...] = ()
    patience: float = STOP_SECONDS
    ends_by_itself: bool = False
    essential: bool = True
    rests_until: float = 0.0
    process: subprocess.Popen[bytes] | None = None
    deaths: list[float] = field(default_factory=list)

    def start(self) -> None:
        # A session of its own: Ctrl-C reaches the supervisor alone, which then stops its children in order.
        self.process = subprocess.Popen(
            self.argv, pass_fds=self.pass_fds, start_new_session=True, preexec_fn=_end_with_parent
        )

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None


def _end_with_parent() -> None:
    """On Linux: a child ends when its supervisor is killed, instead of keeping the port."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Supervisor:
    """Runs its children; `run` answers the exit status: 0 after SIGINT or SIGTERM, 1 if a child cannot be kept."""

    def __init__(self, children: Sequence[Child], say: Callable[[str], None], tick: float = 0.2) -> None:
        self.children = children
        self.say = say
        self.tick = tick
        self.stopping = False

    def run(self, on_start: Callable[[], None] = lambda: None) -> int:
        """Start all, call `on_start` once, watch until told to stop, stop all."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)
        try:
            for child in self.children:
                child.start()
            on_start()
            return 0 if self._watch() else 1
        finally:
            self.stop_all()

    def _on_signal(self, number: int, frame: object) -> None:
        self.stopping = True

    def _watch(self) -> bool:
        while not self.stopping:
            for child in self.children:
                if not child.is_running() and not self.stopping and not self._revive(child):
                    return False
            time.sleep(self.tick)
        return True

    def _revive(self, child: Child) -> bool:
        """Start a child that ended; False where it cannot be kept."""
        now = time.monotonic()
        if now < child.rests_until:
            return True
        status = child.process.returncode if child.process else None
        if status == 0 and child.ends_by_itself:
            child.start()
            return True
        child.deaths = [moment for moment in child.deaths if now - moment < RESTART_WINDOW] + [now]
        if len(child.deaths) > RESTARTS and not child.essential:
            self.say(f"{child.name}: ended {len(child.deaths)} times within a minute, trying again in a minute")
            child.rests_until, child.deaths = now + RESTART_WINDOW, []
            return True
        if len(child.deaths) > RESTARTS:
            self.say(f"{child.name}: ended {len(child.deaths)} times within a minute, giving up (status {status})")
            return False
        self.say(f"{child.name}: ended unexpectedly (status {status}), starting it again")
        child.start()
        return True

    def stop_all(self) -> None:
        """SIGTERM to all, last started first; SIGKILL to whoever is still there after a while."""
        for child in reversed(self.children):
            if child.is_running() and child.process:
                child.process.terminate()
        told = time.monotonic()
        for child in reversed(self.children):
            if not child.process:
                continue
            try:
                child.process.wait(max(0.1, told + child.patience - time.monotonic()))
            except subprocess.TimeoutExpired:
                self.say(f"{child.name}: did not stop in time, killed")
                child.process.kill()
                child.process.wait()
