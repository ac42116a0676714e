"""The window's process ends some seconds after its last page, and at no other time."""

from __future__ import annotations

from inpaintgan.gui.closing import ClosePolicy


def test_it_ends_after_the_grace_period_only() -> None:
    pages, visits = 0, 0
    policy = ClosePolicy(lambda: pages, lambda: visits, lambda: False, grace_s=5)
    assert not any(policy.passed(1) for _ in range(100)), "before the first page it waits for ever"
    pages = visits = 1
    assert not policy.passed(1)
    pages = 0
    assert not any(policy.passed(1) for _ in range(4))
    pages, visits = 1, 2
    assert not policy.passed(1), "a reload takes up the grace period again"
    pages = 0
    assert not any(policy.passed(1) for _ in range(4))
    assert policy.passed(1)


def test_a_page_that_came_and_went_while_nobody_looked_counts() -> None:
    visits = 1
    policy = ClosePolicy(lambda: 0, lambda: visits, lambda: False, grace_s=2)
    assert not policy.passed(1)
    assert not policy.passed(1)
    visits = 2
    assert not policy.passed(1), "another one did"
    assert not policy.passed(1)
    assert policy.passed(1)


def test_it_never_ends_while_a_fill_is_running() -> None:
    pages, busy = 1, True
    policy = ClosePolicy(lambda: pages, lambda: 1, lambda: busy, grace_s=2)
    assert not policy.passed(1)
    pages = 0
    assert not any(policy.passed(1) for _ in range(100))
    busy = False
    assert not policy.passed(1)
    assert policy.passed(1)
