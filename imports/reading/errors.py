"""Why a file cannot be read. Without Django, so that the child process can raise it too."""


class ReadError(Exception):
    """A file that cannot be read as a ledger.

    `code` is a stable word for scripts, `message` one translatable sentence for people that says what is wrong and
    what to do, `params` what the sentence was filled with. Inside the child only code and params are set.
    """

    def __init__(self, code: str, message: object = "", **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.params = params

    def __str__(self) -> str:
        return str(self.message or self.code)
