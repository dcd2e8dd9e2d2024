"""The years that a day may lie in. By themselves, because the reader's child process starts with no more than these."""

FIRST_YEAR, LAST_YEAR = 1978, 2100
