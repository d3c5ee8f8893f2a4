from __future__ import annotations

from typing import Iterator, List

from px0.template import compile


class Counted(List[str]):
    """Counts how often somebody walks through it."""

    walks = 0

    def __iter__(self) -> Iterator[str]:
        self.walks += 1
        return super().__iter__()


def test_a_long_list_whose_join_costs_no_steps_is_looked_through_once() -> None:
    items = Counted([""] * 1000)
    template = compile('{{range 500}}{{join "" $.items}}{{end}}')
    assert template.render({"items": items}) == ""
    assert items.walks == 1


def test_what_is_remembered_of_a_list_depends_on_the_separator() -> None:
    items = ["", None, "a"] * 50
    template = compile('{{join "" .items}}|{{join "," .items}}|{{join "" .items}}')
    assert template.render({"items": items}) == f"{'a' * 50}|{','.join(['', 'a'] * 50)}|{'a' * 50}"
