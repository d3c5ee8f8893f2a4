"""A version's contract, judged in this process as px0 does it: after the placeholders of a chat, before the template runs.

See docs/decisions/196-contracts-in-the-sdks.md.
"""

from __future__ import annotations

from typing import Any, Callable, Dict, Optional, cast

from ._contract.judge import Violation, compile_judge
from ._program import Program
from .contract import ContractProblems

POLICIES = ("warn", "enforce")


class ContractError(Exception):
    """Variables that an enforced contract refuses. The text is what px0 says of them behind `invalid variables: `."""

    def __init__(self, detail: str, problems: ContractProblems) -> None:
        super().__init__(detail)
        self.problems = problems


class UnknownContract(Exception):
    """A contract that cannot be judged here: px0 must be asked."""


def judge(
    program: Program,
    of_prompt: Any,
    of_call: Optional[str],
    variables: Callable[[], Dict[str, Any]],
    missing_key: str,
) -> Optional[ContractProblems]:
    """What a render tells of; None when there is nothing, or nothing is judged. The policy of the prompt is None where it is off.

    Raises ContractError for what is refused, ChatVariablesError instead of that, UnknownContract, and what `variables` raises.
    """
    policy = _stricter(of_prompt, of_call)
    if policy is None:
        return None
    if program.schema is None:
        # Of a prompt whose contract is off px0 sends none.
        raise UnknownContract("the schema of its variables is not known here")
    if program.judge is None:
        program.judge = compile_judge(program.schema)
    given = variables()
    violation: Optional[Violation] = program.judge(given, missing_key)
    if violation is None:
        return None
    problems = cast(ContractProblems, violation.problems)
    if policy == "warn":
        return problems
    program.check_placeholders(given)
    raise ContractError(violation.detail, problems)


def _stricter(of_prompt: Any, of_call: Optional[str]) -> Optional[str]:
    if of_prompt is None or of_prompt == "off":
        return of_call
    if of_prompt == "warn":
        return of_call or "warn"
    if of_prompt == "enforce":
        return "enforce"
    raise UnknownContract("its contract is of a later px0")
