"""The five ways the registry says no. The web turns each into one page with one status."""


class Refusal(Exception):
    """A request that was understood and turned down.

    `code` is stable and English, for programs and tests; `str()` is Chinese and for people: it says
    what is wrong, where, and what would be right. `remedy` says who can mend it and how, where known.
    """

    status = 500
    code = "refusal"

    def __init__(self, message: str = "", *, remedy: str = "") -> None:
        super().__init__(message)
        self.remedy = remedy


class Invalid(Refusal):
    """What was sent cannot be right. `field` names the form field to put the message beside."""

    status = 422
    code = "invalid"

    def __init__(self, message: str = "", *, field: str = "", remedy: str = "") -> None:
        super().__init__(message, remedy=remedy)
        self.field = field


class NotFound(Refusal):
    """No such thing, or not one that this actor may know of."""

    status = 404
    code = "not-found"


class Forbidden(Refusal):
    status = 403
    code = "forbidden"


class Conflict(Refusal):
    """The thing exists but its present state does not allow this act."""

    status = 409
    code = "conflict"


class Unavailable(Refusal):
    """A service we stand on (object store, printer, signer) did not answer."""

    status = 503
    code = "unavailable"
