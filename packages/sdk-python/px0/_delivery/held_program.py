"""One delivered version, ready to be rendered here, or the reason why it is not."""

from __future__ import annotations

from typing import Any, Dict, Mapping, Optional, Tuple

from .._chat import ChatVariablesError
from .._contracts import ContractError, UnknownContract, judge
from .._program import Program, Rendered, read_program
from .._variables import json_of, variables_in
from ..contract import ContractProblems
from ..errors import InvalidRequestError, UsageError
from ..template import TemplateExecutionError
from .frame import LANGUAGE_LEVEL, DeliveredPrompt, DeliveredVersion


class Declined(Exception):
    """Only px0 can render it."""


class HeldProgram:
    __slots__ = ("team_id", "prompt_id", "number", "tags", "contract", "_program", "_why_not")

    def __init__(self, team_id: str, prompt: DeliveredPrompt, version: DeliveredVersion) -> None:
        self.team_id = team_id
        self.prompt_id: str = prompt["id"]
        self.number: int = int(version["version"])
        # As px0 has them: in the order of their bytes.
        tags = [tag for tag, number in prompt["tags"].items() if number == self.number]
        self.tags: Tuple[str, ...] = tuple(sorted(tags, key=str.encode))
        # The prompt's policy; None: off.
        self.contract: Any = prompt.get("contract")
        self._program, self._why_not = _read(version)

    def render(
        self,
        variables: Mapping[str, Any],
        missing_key: str,
        with_transcript: bool,
        problems: Optional[ContractProblems] = None,
    ) -> Rendered:
        """With the problems that are told of. Raises InvalidRequestError in px0's words, UsageError for variables that are no JSON, and Declined."""
        if self._program is None:
            raise Declined(self._why_not)
        return render_here(self._program, variables, missing_key, with_transcript, problems)

    def judge(
        self, variables: Mapping[str, Any], missing_key: str, of_call: Optional[str]
    ) -> Optional[ContractProblems]:
        """What a render tells of. Raises what `render` does."""
        if self._program is None:
            raise Declined(self._why_not)
        return judge_here(self._program, self.contract, of_call, variables, missing_key)


def judge_here(
    program: Program, of_prompt: Any, of_call: Optional[str], variables: Mapping[str, Any], missing_key: str
) -> Optional[ContractProblems]:
    """What a render tells of. Raises what HeldProgram.render does."""

    def as_json() -> Dict[str, Any]:
        return variables_in(json_of(variables))

    try:
        return judge(program, of_prompt, of_call, as_json, missing_key)
    except (ContractError, ChatVariablesError) as error:
        problems = error.problems if isinstance(error, ContractError) else None
        raise InvalidRequestError(422, f"invalid variables: {error}", problems) from None
    except UnknownContract as error:
        raise Declined(str(error)) from None
    except UsageError:
        raise
    except Exception as error:
        raise Declined(f"the contract is not judged here: {error}") from error


def render_here(
    program: Program,
    variables: Mapping[str, Any],
    missing_key: str,
    with_transcript: bool,
    problems: Optional[ContractProblems],
) -> Rendered:
    """Raises what HeldProgram.render does."""
    if program.placeholders:
        # Messages go out as they would from px0, which gets them as JSON.
        brought = {name: variables[name] for name in program.placeholders if name in variables}
        variables = {**variables, **variables_in(json_of(brought))}
    try:
        rendered = program.run(variables, missing_key, with_transcript)
    except ChatVariablesError as error:
        raise InvalidRequestError(422, f"invalid variables: {error}") from None
    except TemplateExecutionError as error:
        raise InvalidRequestError(422, f"template execution failed: {error}", problems) from None
    except UsageError:
        raise
    except Exception as error:
        # What nests too deeply for this stack, or is of a later px0.
        raise Declined(f"the template does not run here: {error}") from error
    if rendered is None:
        raise Declined("the template needs a later template language")
    return rendered


def _read(version: DeliveredVersion) -> Tuple[Optional[Program], str]:
    if version["template"] is None:
        return None, f"the version is {version.get('missing') or 'missing'}"
    level = version.get("language")
    # A level that is absent or no number is one of a later px0.
    if isinstance(level, bool) or not isinstance(level, (int, float)) or not level <= LANGUAGE_LEVEL:
        return None, "the version needs a later template language"
    program = read_program(version)
    return program, "the version is of a later form"
