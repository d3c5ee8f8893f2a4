"""A plan as functions that call one another. What prompts consist of, texts with fields between them, loops and `eq`, has functions of its
own, which do the usual case themselves and leave the others to the general one.
"""

from __future__ import annotations

from operator import itemgetter
from typing import Any, Callable, List, NamedTuple, Optional, Sequence, Tuple, Union

from ..plan.plan import (
    UNSET,
    Argument,
    AssignExpression,
    Block,
    BranchStatement,
    CallExpression,
    Candidates,
    ConstantExpression,
    ElementExpression,
    EvaluateStatement,
    Expression,
    FailureExpression,
    FieldExpression,
    IncludeStatement,
    JumpStatement,
    LocalExpression,
    LogicExpression,
    LoopStatement,
    Origin,
    Plan,
    PrintStatement,
    SequenceExpression,
    SettledExpression,
    Site,
    Statement,
    Target,
    TextStatement,
    Unit,
)
from ..values.quote import quote
from ..values.sorted_keys import sorted_items
from ..values.values import SETTLED, UNDEFINED, Uint8, adopt, is_dict, is_list
from .functions import FUNCTIONS
from .operations import check_argument, element_index, field, field_with_arguments, show
from .run import Run

# The slots of the locals.
Slots = List[Any]
Evaluate = Callable[[Run, Slots], Any]
# Gives "break" or "continue" where that is what was executed.
Execute = Callable[[Run, Slots], Optional[str]]
SetTarget = Callable[[Run, Slots, Any], None]
# Runs a template, by its number in the plan, with its data.
Renderer = Callable[[Run, int, Any], None]


class _Compiled(NamedTuple):
    execute: Execute
    # Whether it may give "break" or "continue".
    jumps: bool


class _Piece(NamedTuple):
    """A text, and what is printed behind it."""

    text: str
    length: int
    # The slot of the value, or of the map that has it under the key; below zero where neither is enough.
    slot: int
    key: Optional[str]
    evaluate: Evaluate
    site: Site


def compile_closures(plan: Plan) -> Renderer:
    bodies = _Compiler(plan.units).bodies
    prepared = [(body, unit.slots, unit.dot.slot, unit.root.slot) for body, unit in zip(bodies, plan.units)]

    def render(run: Run, number: int, data: Any) -> None:
        body, count, dot, root = prepared[number]
        slots: Slots = [UNDEFINED] * count
        slots[dot] = slots[root] = data
        body(run, slots)

    return render


def _new_slots(unit: Unit, data: Any) -> Slots:
    slots: Slots = [UNDEFINED] * unit.slots
    slots[unit.dot.slot] = data
    slots[unit.root.slot] = data
    return slots


class _Compiler:
    def __init__(self, units: Sequence[Unit]) -> None:
        self._units = units
        self.bodies: List[Execute] = []
        for unit in units:
            self.bodies.append(self._block(unit.body).execute)

    def _block(self, block: Block) -> _Compiled:
        cost, site = block.cost, block.site
        parts = _parts_of(block.statements)
        if len(parts) == 1 and isinstance(parts[0], list):
            return _Compiled(_segment(parts[0], cost, site), False)
        compiled = [
            _Compiled(_segment(part, 0, site), False) if isinstance(part, list) else self._statement(part)
            for part in parts
        ]
        steps = tuple([part.execute for part in compiled])
        if any([part.jumps for part in compiled]):
            return _Compiled(_jumping_block(steps, cost, site), True)
        after = _only_text(parts[-1]) if len(parts) == 2 else None
        if after is not None:
            return _Compiled(_single_block(steps[0], after, cost, site), False)
        if len(steps) == 1:
            return _Compiled(_single_block(steps[0], "", cost, site), False)
        return _Compiled(_plain_block(steps, cost, site), False)

    def _statement(self, statement: Statement) -> _Compiled:
        if isinstance(statement, BranchStatement):
            return self._branch(statement)
        if isinstance(statement, LoopStatement):
            return self._loop(statement)
        if isinstance(statement, IncludeStatement):
            return self._include(statement)
        if isinstance(statement, JumpStatement):
            return _jump(statement.kind)
        assert isinstance(statement, EvaluateStatement)
        value = _expression(statement.value)

        def evaluate(run: Run, slots: Slots) -> None:
            value(run, slots)

        return _Compiled(evaluate, False)

    def _branch(self, statement: BranchStatement) -> _Compiled:
        test = _expression(statement.test)
        body, body_jumps = self._block(statement.body)
        otherwise: Optional[Execute] = None
        jumps = body_jumps
        if statement.otherwise is not None:
            otherwise, otherwise_jumps = self._block(statement.otherwise)
            jumps = jumps or otherwise_jumps
        if statement.dot is not None:
            return _Compiled(_with(test, statement.dot.slot, body, otherwise), jumps)
        if otherwise is None:

            def execute(run: Run, slots: Slots) -> Optional[str]:
                return body(run, slots) if test(run, slots) else None

            return _Compiled(execute, jumps)
        other = otherwise
        quick = _quick_parts(statement.test)
        if quick is not None:
            return _Compiled(_quick_branch(quick, test, body, other), jumps)

        def execute_either(run: Run, slots: Slots) -> Optional[str]:
            return body(run, slots) if test(run, slots) else other(run, slots)

        return _Compiled(execute_either, jumps)

    def _loop(self, statement: LoopStatement) -> _Compiled:
        body, body_jumps = self._block(statement.body)
        otherwise: Optional[Execute] = None
        jumps = False
        if statement.otherwise is not None:
            otherwise, jumps = self._block(statement.otherwise)
        over = _expression(statement.over)
        loop_any = _general_loop(statement, body)
        loop_list = _list_loop(statement, body, body_jumps)
        otherwise_slots = [local.slot for local in statement.otherwise_locals]

        def execute(run: Run, slots: Slots) -> Optional[str]:
            value = over(run, slots)
            if value and (type(value) is list or type(value) is tuple):
                loop_list(run, slots, value)
                return None
            if loop_any(run, slots, value) or otherwise is None:
                return None
            for slot in otherwise_slots:
                slots[slot] = UNDEFINED if value is None else value
            # As Go: a break here ends this loop, though it is written for the one around it; a continue goes on with the one around it.
            signal = otherwise(run, slots)
            return None if signal == "break" else signal

        return _Compiled(execute, jumps)

    def _include(self, statement: IncludeStatement) -> _Compiled:
        site, target = statement.site, statement.target
        if target is None:
            message = f"template {quote(statement.name)} not defined"

            def execute_none(run: Run, slots: Slots) -> None:
                run.fail(site, message)

            return _Compiled(execute_none, False)
        unit, bodies = self._units[target], self.bodies
        data = _constant(UNDEFINED) if statement.data is None else _expression(statement.data)

        def execute(run: Run, slots: Slots) -> None:
            if run.depth >= run.limits.max_depth:
                run.fail_depth(site)
            inner = _new_slots(unit, data(run, slots))
            run.depth += 1
            bodies[target](run, inner)
            run.depth -= 1

        return _Compiled(execute, False)


def _parts_of(statements: Sequence[Statement]) -> List[Union[Statement, "List[_PrintPart]"]]:
    """The statements, those of texts and printed values that stand side by side taken together."""
    parts: List[Union[Statement, List[_PrintPart]]] = []
    for statement in statements:
        if not isinstance(statement, (TextStatement, PrintStatement)):
            parts.append(statement)
        elif parts and isinstance(parts[-1], list):
            parts[-1].append(statement)
        else:
            parts.append([statement])
    return parts


_PrintPart = Union[TextStatement, PrintStatement]


def _only_text(part: Union[Statement, "List[_PrintPart]"]) -> Optional[str]:
    """The text that a part is, if it prints no value."""
    if isinstance(part, list) and len(part) == 1 and isinstance(part[0], TextStatement):
        return part[0].text
    return None


def _single_block(only: Execute, after: str, cost: int, site: Site) -> Execute:
    """One statement, and a text behind it."""
    after_length = len(after)

    def execute(run: Run, slots: Slots) -> None:
        run.steps = steps = run.steps - cost
        if steps < 0:
            run.fail_steps(site)
        only(run, slots)
        if after_length:
            run.append(after)
            run.chars += after_length
        if run.chars > run.safe:
            run.grow(site)

    return execute


def _plain_block(parts: Tuple[Execute, ...], cost: int, site: Site) -> Execute:
    def execute(run: Run, slots: Slots) -> None:
        run.steps = steps = run.steps - cost
        if steps < 0:
            run.fail_steps(site)
        for part in parts:
            part(run, slots)
        if run.chars > run.safe:
            run.grow(site)

    return execute


def _jumping_block(parts: Tuple[Execute, ...], cost: int, site: Site) -> Execute:
    def execute(run: Run, slots: Slots) -> Optional[str]:
        run.steps = steps = run.steps - cost
        if steps < 0:
            run.fail_steps(site)
        for part in parts:
            signal = part(run, slots)
            if signal is not None:
                return signal
        if run.chars > run.safe:
            run.grow(site)
        return None

    return execute


def _jump(kind: str) -> _Compiled:
    def execute(run: Run, slots: Slots) -> str:
        if run.chars > run.safe:
            run.settle()
        return kind

    return _Compiled(execute, True)


def _segment(parts: "List[_PrintPart]", cost: int, site: Site) -> Execute:
    """Texts with values between them. With a cost it is a block of its own."""
    pieces: List[_Piece] = []
    text = ""
    for part in parts:
        if isinstance(part, TextStatement):
            text = part.text
            continue
        slot, key = _simple(part.value)
        pieces.append(_Piece(text, len(text), slot, key, _expression(part.value), part.site))
        text = ""
    if not pieces and not cost:
        return _text(text)
    if len(pieces) == 1 and pieces[0].key is not None:
        return _single_field_segment(pieces[0], text, cost, site)
    if len(pieces) > 1 and len({piece.slot for piece in pieces}) == 1 and all(piece.key is not None for piece in pieces):
        return _fields_segment(tuple(pieces), text, cost, site)
    return _general_segment(tuple(pieces), text, cost, site)


def _text(text: str) -> Execute:
    length = len(text)

    def execute(run: Run, slots: Slots) -> None:
        run.append(text)
        run.chars += length

    return execute


def _general_segment(pieces: Tuple[_Piece, ...], after: str, cost: int, block_site: Site) -> Execute:
    after_length = len(after)

    def execute(run: Run, slots: Slots) -> None:
        if cost:
            run.steps = steps = run.steps - cost
            if steps < 0:
                run.fail_steps(block_site)
        append = run.append
        chars = run.chars
        for text, length, slot, key, evaluate, site in pieces:
            if length:
                append(text)
            if slot < 0:
                value = evaluate(run, slots)
                if type(value) is not str:
                    value = show(run, value, site)
            else:
                value = slots[slot]
                if key is not None:
                    value = value.get(key) if type(value) is dict else None
                    if type(value) is not str:
                        value = show(run, evaluate(run, slots), site)
                elif type(value) is not str:
                    value = show(run, value, site)
            append(value)
            run.chars = chars = chars + length + len(value)
            if chars > run.safe:
                run.grow(site)
        if after_length:
            append(after)
            run.chars = chars = chars + after_length
            if cost and chars > run.safe:
                run.grow(block_site)

    return execute


def _fields_segment(pieces: Tuple[_Piece, ...], after: str, cost: int, block_site: Site) -> Execute:
    """Texts with fields of one map between them, taken together where all of them are texts."""
    slot = pieces[0].slot
    fields = itemgetter(*[piece.key for piece in pieces])
    texts = [*[text for piece in pieces for text in (piece.text, "")], after]
    length = sum(map(len, texts))
    one_by_one = _general_segment(pieces, after, 0, block_site)

    def execute(run: Run, slots: Slots) -> None:
        if cost:
            run.steps = steps = run.steps - cost
            if steps < 0:
                run.fail_steps(block_site)
        receiver = slots[slot]
        if type(receiver) is dict:
            try:
                values = fields(receiver)
                chars = run.chars + length + sum(map(len, values))
                # Where the output ends too early, it matters which of them was the last.
                if chars <= run.safe:
                    parts = texts[:]
                    parts[1::2] = values
                    run.append("".join(parts))
                    run.chars = chars
                    return
            except (KeyError, TypeError):
                pass
        one_by_one(run, slots)
        if cost and run.chars > run.safe:
            run.grow(block_site)

    return execute


def _single_field_segment(piece: _Piece, after: str, cost: int, block_site: Site) -> Execute:
    text, length, slot, key, evaluate, site = piece
    after_length = len(after)

    def execute(run: Run, slots: Slots) -> None:
        if cost:
            run.steps = steps = run.steps - cost
            if steps < 0:
                run.fail_steps(block_site)
        append = run.append
        if length:
            append(text)
        value = slots[slot]
        value = value.get(key) if type(value) is dict else None
        if type(value) is not str:
            value = show(run, evaluate(run, slots), site)
        append(value)
        run.chars = chars = run.chars + length + len(value)
        if chars > run.safe:
            run.grow(site)
        if after_length:
            append(after)
            run.chars = chars = chars + after_length
            if cost and chars > run.safe:
                run.grow(block_site)

    return execute


def _with(test: Evaluate, slot: int, body: Execute, otherwise: Optional[Execute]) -> Execute:
    def execute(run: Run, slots: Slots) -> Optional[str]:
        value = test(run, slots)
        if value:
            slots[slot] = value
            return body(run, slots)
        return None if otherwise is None else otherwise(run, slots)

    return execute


def _list_loop(
    statement: LoopStatement, body: Execute, jumps: bool
) -> Callable[[Run, Slots, Sequence[Any]], None]:
    """Goes through a list, which most loops do."""
    dot = statement.dot.slot
    index = _plain_slot(statement.index_target)
    item = _plain_slot(statement.item_target)
    set_index = _optional_target(statement.index_target, False)
    set_item = _optional_target(statement.item_target, True)
    if jumps or index is None or item is None:

        def loop(run: Run, slots: Slots, items: Sequence[Any]) -> None:
            for number, element in enumerate(items):
                if type(element) not in SETTLED:
                    element = adopt(element)
                slots[dot] = element
                if set_index is not None:
                    set_index(run, slots, number)
                if set_item is not None:
                    set_item(run, slots, element)
                if body(run, slots) == "break":
                    break

        return loop
    # What is not declared is set where the dot is.
    index_slot = dot if index < 0 else index
    item_slot = dot if item < 0 else item

    def loop_plainly(run: Run, slots: Slots, items: Sequence[Any]) -> None:
        number = 0
        for element in items:
            if type(element) not in SETTLED:
                element = adopt(element)
            slots[index_slot] = number
            slots[item_slot] = slots[dot] = element
            body(run, slots)
            number += 1

    return loop_plainly


def _general_loop(statement: LoopStatement, body: Execute) -> Callable[[Run, Slots, Any], bool]:
    """Goes through what there is to go through, and says whether there was anything."""
    site, dot = statement.site, statement.dot.slot
    set_index = _optional_target(statement.index_target, False)
    set_item = _optional_target(statement.item_target, True)

    def step(run: Run, slots: Slots, key: Any, item: Any) -> bool:
        slots[dot] = item
        if set_index is not None:
            set_index(run, slots, key)
        if set_item is not None:
            set_item(run, slots, item)
        return body(run, slots) != "break"

    def loop(run: Run, slots: Slots, value: Any) -> bool:
        if value is None or value is UNDEFINED:
            return False
        if is_list(value):
            for number, element in enumerate(value):
                if not step(run, slots, number, adopt(element)):
                    break
            return len(value) > 0
        if is_dict(value):
            items = sorted_items(value, run.is_exact)
            run.charge(site, len(items))
            for key, element in items:
                if not step(run, slots, key, adopt(element)):
                    break
            return len(items) > 0
        is_byte = type(value) is Uint8
        if not is_byte and type(value) is not int:
            run.fail(site, f"range can't iterate over {run.describe(value, 'v')}")
        count = value.value if is_byte else value
        if set_index is not None:
            run.fail(site, f"can't use {count} to iterate over more than one variable")
        for number in range(count):
            if not step(run, slots, number, Uint8(number) if is_byte else number):
                break
        return bool(count > 0)

    return loop


def _plain_slot(target: Optional[Target]) -> Optional[int]:
    """The slot that is all there is to set; below zero for no target, nothing where more is to be done."""
    if target is None:
        return -1
    slot = target.candidates[0].slot if target.is_declared else _certain_slot(target.candidates)
    return None if slot < 0 or target.candidates[0].is_mixed else slot


def _optional_target(target: Optional[Target], is_element: bool) -> Optional[SetTarget]:
    return None if target is None else _target(target, is_element)


def _target(target: Target, is_element: bool) -> SetTarget:
    is_declared, candidates, name, site = target

    def set_target(run: Run, slots: Slots, value: Any) -> None:
        for local in candidates:
            if is_declared or slots[local.slot] is not UNSET:
                slots[local.slot] = value
                if local.is_mixed:
                    slots[local.flag_slot] = is_element
                return
        run.fail(site, f"undefined variable: {name}")

    return set_target


def _simple(expression: Expression) -> Tuple[int, Optional[str]]:
    """A slot that holds the value, or one that holds the map which has it under a key; a slot below zero for everything else."""
    if isinstance(expression, LocalExpression):
        return _certain_slot(expression.candidates), None
    if isinstance(expression, FieldExpression) and not expression.has_arguments and len(expression.path) == 1:
        base = expression.base
        if isinstance(base, LocalExpression):
            return _certain_slot(base.candidates), expression.path[0]
    return -1, None


def _certain_slot(candidates: Candidates) -> int:
    if len(candidates) == 1 and not candidates[0].is_conditional:
        return candidates[0].slot
    return -1


def _expression(expression: Expression) -> Evaluate:
    if isinstance(expression, FieldExpression):
        return _field(expression)
    if isinstance(expression, LocalExpression):
        return _local(expression.candidates, expression.name, expression.site)
    if isinstance(expression, ConstantExpression):
        return _constant(expression.value)
    if isinstance(expression, CallExpression):
        return _call(expression)
    if isinstance(expression, SettledExpression):
        return _settled(_expression(expression.of))
    if isinstance(expression, LogicExpression):
        return _logic(expression)
    if isinstance(expression, AssignExpression):
        return _assign(_expression(expression.value), [_target(target, False) for target in expression.targets])
    if isinstance(expression, SequenceExpression):
        return _sequence(_expression(expression.first), _expression(expression.then))
    if isinstance(expression, ElementExpression):
        return _element(_expression(expression.of), _origin(expression.origin))
    assert isinstance(expression, FailureExpression)
    return _failure(expression.message, expression.site)


def _constant(value: Any) -> Evaluate:
    return lambda run, slots: value


def _settled(of: Evaluate) -> Evaluate:
    def evaluate(run: Run, slots: Slots) -> Any:
        value = of(run, slots)
        return UNDEFINED if value is None else value

    return evaluate


def _assign(value: Evaluate, targets: List[SetTarget]) -> Evaluate:
    def evaluate(run: Run, slots: Slots) -> Any:
        result = value(run, slots)
        for set_target in targets:
            set_target(run, slots, result)
        return result

    return evaluate


def _sequence(first: Evaluate, then: Evaluate) -> Evaluate:
    def evaluate(run: Run, slots: Slots) -> Any:
        first(run, slots)
        return then(run, slots)

    return evaluate


def _element(of: Evaluate, is_element: Callable[[Slots], bool]) -> Evaluate:
    def evaluate(run: Run, slots: Slots) -> Any:
        return element_index(of(run, slots), is_element(slots))

    return evaluate


def _failure(message: str, site: Site) -> Evaluate:
    def evaluate(run: Run, slots: Slots) -> Any:
        run.fail(site, message)

    return evaluate


def _local(candidates: Candidates, name: str, site: Site) -> Evaluate:
    only = _certain_slot(candidates)
    if only >= 0:
        return lambda run, slots: slots[only]
    numbers = tuple([local.slot for local in candidates])

    def evaluate(run: Run, slots: Slots) -> Any:
        for slot in numbers:
            if slots[slot] is not UNSET:
                return slots[slot]
        run.fail(site, f"undefined variable: {name}")

    return evaluate


def _origin(origin: Origin) -> Callable[[Slots], bool]:
    if isinstance(origin, str):
        is_element = origin == "element"
        return lambda slots: is_element
    candidates = origin

    def look(slots: Slots) -> bool:
        for local in candidates:
            if slots[local.slot] is not UNSET:
                return slots[local.flag_slot] is True if local.is_mixed else local.holds_elements
        return False

    return look


def _field(expression: FieldExpression) -> Evaluate:
    path, site, is_lenient = expression.path, expression.site, expression.is_lenient
    base = _expression(expression.base)
    is_element = _origin(expression.origin)
    slot, only_key = _simple(expression)
    if slot >= 0 and only_key is not None:
        key = only_key

        def evaluate_one(run: Run, slots: Slots) -> Any:
            receiver = slots[slot]
            if type(receiver) is dict:
                value = receiver.get(key)
                if value is not None and type(value) in SETTLED:
                    return value
            return field(run, receiver, key, is_element(slots), is_lenient, site)

        return evaluate_one
    last = path[-1] if expression.has_arguments else None
    inner = path[:-1] if expression.has_arguments else path

    def evaluate(run: Run, slots: Slots) -> Any:
        value = base(run, slots)
        is_interface = is_element(slots)
        for key in inner:
            found = value.get(key) if type(value) is dict else None
            if found is not None and type(found) in SETTLED:
                value = found
            else:
                value = field(run, value, key, is_interface, is_lenient, site)
            is_interface = True
        if last is not None:
            value = field_with_arguments(run, value, last, is_interface, site)
        return value

    return evaluate


def _call(expression: CallExpression) -> Evaluate:
    name, site = expression.name, expression.site
    function = FUNCTIONS[name]
    args = tuple([_argument(argument) for argument in expression.args])
    if expression.piped is not None:
        return _piped_call(expression.piped, args, name, site)
    if len(args) == 1:
        first = args[0]
        return lambda run, slots: function(run, site, [first(run, slots)])
    if len(args) == 2:
        first, second = args

        def call_two(run: Run, slots: Slots) -> Any:
            return function(run, site, [first(run, slots), second(run, slots)])

        return _quick_equality(expression, call_two) or call_two

    def call(run: Run, slots: Slots) -> Any:
        values: List[Any] = []
        for argument in args:
            values.append(argument(run, slots))
        return function(run, site, values)

    return call


def _piped_call(piped: Argument, args: Tuple[Evaluate, ...], name: str, site: Site) -> Evaluate:
    function = FUNCTIONS[name]
    value_of = _expression(piped.value)
    type_, piped_site = piped.type, piped.site

    def call(run: Run, slots: Slots) -> Any:
        last = value_of(run, slots)
        values: List[Any] = []
        for argument in args:
            values.append(argument(run, slots))
        if type_ != "any":
            check_argument(run, last, type_, piped_site)
        values.append(last)
        return function(run, site, values)

    return call


# A constant as short as this, in ASCII, is never paid for, and equals no text that has to be looked into.
_SHORT = 64


class _QuickEquality(NamedTuple):
    """A field that is compared with a text."""

    slot: int
    key: str
    constant: str
    # What it gives when both are the same.
    expected: bool


def _quick_parts(expression: Expression) -> Optional[_QuickEquality]:
    """Of `eq .field "text"` and `ne`, which is how prompts ask for a role; all else is for the general function."""
    if not isinstance(expression, CallExpression) or expression.name not in ("eq", "ne"):
        return None
    if len(expression.args) != 2 or expression.piped is not None:
        return None
    left, right = expression.args[0].value, expression.args[1].value
    slot, key = _simple(left)
    if slot < 0 or key is None or not isinstance(right, ConstantExpression):
        return None
    constant = right.value
    if type(constant) is not str or len(constant) > _SHORT or not constant.isascii():
        return None
    return _QuickEquality(slot, key, constant, expression.name == "eq")


def _quick_branch(quick: _QuickEquality, test: Evaluate, body: Execute, otherwise: Execute) -> Execute:
    """A branch that decides by itself in the usual case."""
    slot, key, constant, expected = quick
    same, other = (body, otherwise) if expected else (otherwise, body)

    def execute(run: Run, slots: Slots) -> Optional[str]:
        receiver = slots[slot]
        value = receiver.get(key) if type(receiver) is dict else None
        if type(value) is str:
            return same(run, slots) if value == constant else other(run, slots)
        return body(run, slots) if test(run, slots) else otherwise(run, slots)

    return execute


def _quick_equality(expression: CallExpression, general: Evaluate) -> Optional[Evaluate]:
    quick = _quick_parts(expression)
    if quick is None:
        return None
    slot, key, constant, expected = quick

    def evaluate(run: Run, slots: Slots) -> Any:
        receiver = slots[slot]
        if type(receiver) is dict:
            value = receiver.get(key)
            if type(value) is str:
                return (value == constant) is expected
        return general(run, slots)

    return evaluate


def _argument(argument: Argument) -> Evaluate:
    value_of = _expression(argument.value)
    type_, site = argument.type, argument.site
    if type_ == "any":
        return value_of

    def evaluate(run: Run, slots: Slots) -> Any:
        value = value_of(run, slots)
        check_argument(run, value, type_, site)
        return value

    return evaluate


def _logic(expression: LogicExpression) -> Evaluate:
    piped = None if expression.piped is None else _expression(expression.piped)
    args = tuple([(_expression(argument), argument.last) for argument in expression.args])
    conditional = [local.slot for local in expression.conditional]
    stops_at = expression.name == "or"

    def evaluate(run: Run, slots: Slots) -> Any:
        final = None if piped is None else piped(run, slots)
        for slot in conditional:
            slots[slot] = UNSET
        result: Any = UNDEFINED
        for value_of, last in args:
            result = value_of(run, slots)
            if last is not None:
                run.last = last
            if bool(result) is stops_at:
                return result
        return result if piped is None else final

    return evaluate
