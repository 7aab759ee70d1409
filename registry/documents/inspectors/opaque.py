"""Of a film, a drawing, a model nothing is asked but to be that alone: it is kept, and never opened here."""

from registry.documents.inspectors.frame import Facts, answer


def inspect_opaque(_path: str) -> Facts:
    return {}


if __name__ == "__main__":
    answer(inspect_opaque)
