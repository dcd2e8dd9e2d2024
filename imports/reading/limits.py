"""How much of a file is read; plain numbers that the child process gets on its command line."""

# Counted cells with a value. Rows times columns would allow a hundred million, which no memory of ours holds.
MAX_CELLS = 5_000_000
MAX_SPANS = 200_000
# A part of more than BOMB_BYTES that packs better than BOMB_RATIO to 1 is a bomb: real sheets reach 30 to 1.
# Pictures may (an empty bitmap does) and are never unpacked.
BOMB_BYTES = 10 * 1024 * 1024
BOMB_RATIO = 100
BYTES_A_SECOND = 4 * 1024 * 1024


class Limits:
    """See settings.IMPORT_*; bytes, counts and seconds."""

    def __init__(
        self,
        *,
        max_bytes: int = 50 * 1024 * 1024,
        max_unpacked_bytes: int = 400 * 1024 * 1024,
        max_parts: int = 1000,
        max_rows: int = 200_000,
        max_columns: int = 500,
        max_cell_chars: int = 32_767,
        memory_bytes: int = 1024 * 1024 * 1024,
        seconds: int = 8,
        seconds_large: int = 60,
    ) -> None:
        self.max_bytes = max_bytes
        self.max_unpacked_bytes = max_unpacked_bytes
        self.max_parts = max_parts
        self.max_rows = max_rows
        self.max_columns = max_columns
        self.max_cell_chars = max_cell_chars
        self.memory_bytes = memory_bytes
        self.seconds = seconds
        self.seconds_large = seconds_large

    def allowance(self, unpacked_bytes: int) -> int:
        """Seconds of wall clock for a file that passed the checks of its container."""
        return max(self.seconds, min(self.seconds_large, 1 + unpacked_bytes // BYTES_A_SECOND))
