"""x. y."""


def add_parser(commands): ...
