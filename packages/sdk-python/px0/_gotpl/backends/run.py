"""One render: its budget, its settings, its output, and the errors that end it."""

from __future__ import annotations

from typing import Any, Callable, List, NamedTuple, NoReturn, Optional

from ..errors import Limit, TemplateExecutionError
from ..plan.plan import Site
from ..syntax.ast import LocatedNode
from ..syntax.node_text import node_text
from ..syntax.source import Source
from ..values.go_string import byte_length, is_well_formed, well_formed
from ..values.ill_formed import IllFormedData, check_text
from ..values.known import Known
from ..values.printer import DataTooDeep, Printer, PrintOverflow
from ..values.quote import quote


class Limits(NamedTuple):
    # Of UTF-8.
    max_output_bytes: int
    # Template calls inside one another.
    max_depth: int
    # Nodes executed and loop passes, and larger pieces of work inside functions.
    max_steps: int


# Values are shown in messages up to this many UTF-16 units: they are data, which may be huge and need not be in a log.
_MAX_SHOWN_VALUE = 4096

# What a function makes costs one step for so many bytes, beside the call itself; what it only reads, less.
_BYTES_MADE_PER_STEP = 16
_BYTES_READ_PER_STEP = 64

# So much output is gathered in pieces before it is put together and its bytes are counted.
_UNCOUNTED = 65536


class Task:
    """What all runs of a template have in common."""

    __slots__ = ("source", "limits", "safe")

    def __init__(self, source: Source, limits: Limits) -> None:
        self.source = source
        self.limits = limits
        # An output of so many characters is within the limit, whatever it says: none takes more than four bytes.
        self.safe = min(limits.max_output_bytes // 4, _UNCOUNTED)


class Run:
    """`chars` is how long the output is so far, which is in `out`; `append` adds to it. Above `safe` characters `grow` must be called."""

    # Most runs change none of these.
    # Template calls inside one another.
    depth = 0
    # Where Go would be, when the text alone cannot tell.
    last: Optional[LocatedNode] = None
    _counted_parts = 0
    _counted_bytes = 0
    _known: Optional[Known] = None

    def __init__(self, task: Task, missing_key: str, is_exact: bool) -> None:
        self.missing_key = missing_key
        self.is_exact = is_exact
        self.limits = limits = task.limits
        # What is left of the budget.
        self.steps = limits.max_steps
        self.out: List[str] = []
        self.append = self.out.append
        self.chars = 0
        self.safe = task.safe
        self._source = task.source

    @property
    def known(self) -> Known:
        """What has been found out about texts; most renders do not ask."""
        if self._known is None:
            self._known = Known(self.is_exact)
        return self._known

    def fail(self, site: Site, message: str, limit: Optional[Limit] = None) -> NoReturn:
        node = self.last if site.node is None else site.node
        name, line, column = self._source.place(0 if node is None else node.position)
        context = "" if node is None else node_text(node)
        text = f"template: {name}:{line}:{column}: executing {quote(site.unit)} at <{context}>: {message}"
        if not self.is_exact and not is_well_formed(text):
            raise IllFormedData
        raise TemplateExecutionError(well_formed(text), line, column, limit)

    def fault(self, site: Site, name: str, message: str) -> NoReturn:
        """The function itself failed."""
        self.fail(site, f"error calling {name}: {message}")

    def fail_steps(self, site: Site) -> NoReturn:
        self.fail(site, f"exceeded maximum number of steps ({self.limits.max_steps})", "steps")

    def fail_output(self, site: Site) -> NoReturn:
        self.fail(site, f"exceeded maximum output size ({self.limits.max_output_bytes} bytes)", "output")

    def fail_depth(self, site: Site) -> NoReturn:
        self.fail(site, f"exceeded maximum template depth ({self.limits.max_depth})", "depth")

    def charge(self, site: Site, steps: int) -> None:
        """Takes steps out of the budget."""
        self.steps -= steps
        if self.steps < 0:
            self.fail_steps(site)

    def charge_made(self, site: Site, size: int) -> None:
        """For a text that a function has made."""
        self.charge(site, -(-size // _BYTES_MADE_PER_STEP))

    def charge_read(self, site: Site, size: int) -> None:
        """For a text that a function has gone through."""
        self.charge(site, -(-size // _BYTES_READ_PER_STEP))

    def grow(self, site: Site) -> None:
        """Called when the output has outgrown `safe`: counts the new part's bytes and allows what is left."""
        left = self._count()
        if left < 0:
            self.fail_output(site)
        self.safe = self.chars + min(left // 4, _UNCOUNTED)

    def settle(self) -> None:
        """As `grow`, where the limit is not asked for yet: an output that is too long fails at the next place that asks, and is no
        longer needed.
        """
        left = self._count()
        if left < 0:
            self.out.clear()
            self._counted_parts = 0
            self.safe = -1
        else:
            self.safe = self.chars + min(left // 4, _UNCOUNTED)

    def _count(self) -> int:
        """How many bytes are left, below zero when the output is too long. Puts the pieces together that were added since."""
        limit = self.limits.max_output_bytes
        if self.chars > limit:
            return -1
        out = self.out
        piece = "".join(out[self._counted_parts :])
        check_text(piece, self.is_exact)
        out[self._counted_parts :] = [piece]
        self._counted_parts += 1
        self._counted_bytes += byte_length(piece)
        return limit - self._counted_bytes

    def print(self, site: Site, write: Callable[[Printer], None]) -> str:
        """Runs a printer whose text may grow to the limit of the whole output."""
        printer = Printer(self.limits.max_output_bytes, self.known)
        try:
            write(printer)
        except PrintOverflow:
            self.fail_output(site)
        except DataTooDeep as error:
            self.fail(site, str(error))
        self.charge(site, printer.keys)
        self.charge_made(site, printer.size)
        return printer.text

    def describe(self, value: Any, verb: str) -> str:
        """A value in a message, or one that is short: nothing is charged, and what is long is cut."""
        printer = Printer(_MAX_SHOWN_VALUE, self.known, _utf16_length)
        try:
            printer.print_value(value, verb)
        except PrintOverflow:
            units = printer.text[:_MAX_SHOWN_VALUE].encode("utf-16-le", "surrogatepass")[: 2 * _MAX_SHOWN_VALUE]
            return f"{well_formed(units.decode('utf-16-le', 'surrogatepass'))}..."
        except DataTooDeep:
            return "..."
        return printer.text


def _utf16_length(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2
