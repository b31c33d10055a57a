"""A loop in a test hides nothing: it tries all values, and says what it fails for.
Read `looping.py` beside it.
"""

import pytest
from looping import looped


def test_all_values_are_tried_in_order_with_what_else_the_test_is_given():
    tried = []

    @looped("a, b", [(1, 2), (3, 4)])
    @looped("c", "xy")
    def check(a, given, b, c):
        tried.append((given, a, b, c))

    check(given=0)
    assert tried == [(0, 1, 2, "x"), (0, 1, 2, "y"), (0, 3, 4, "x"), (0, 3, 4, "y")]


@looped("number", range(3))
@pytest.mark.parametrize("other", [5])
def test_other_parameters_and_fixtures_are_left_to_pytest(number, other, tmp_path):
    assert number < other == 5
    assert tmp_path.is_dir()


class TestOfAClass:
    @looped("number", range(3))
    def test_a_method_may_loop(self, number):
        assert isinstance(self, TestOfAClass)
        assert number < 3


def test_one_failure_is_raised_as_it_is_and_says_what_with():
    @looped("number", [2, 3, 4], ids=["two", "three", "four"])
    def check(number):
        assert number != 3

    with pytest.raises(AssertionError) as caught:
        check()
    assert caught.value.__notes__ == ["with number: three"]


def test_several_failures_are_raised_together_and_the_others_are_tried():
    @looped("number", range(30))
    def check(number):
        if number % 3 == 0:
            pytest.fail("a multiple")
        if number == 7:
            raise ValueError("seven")

    with pytest.raises(BaseExceptionGroup, match=r"^11 of 30: number = 0 .*= 7 .*= 27 ") as caught:
        check()
    assert len(caught.value.exceptions) == 5


def test_a_failure_in_a_loop_in_a_loop_is_one_of_the_outer():
    @looped("a", [1, 2])
    @looped("b", [1, 2])
    def check(a, b):
        if a == 1:
            pytest.fail("one")

    with pytest.raises(BaseExceptionGroup) as caught:
        check()
    assert caught.value.__notes__ == ["with a = 1 (0)"]


def test_a_skipped_value_skips_neither_the_others_nor_their_failures():
    tried = []

    @looped("number", range(3))
    def check(number):
        if number == 0:
            pytest.skip("none")
        tried.append(number)
        assert number < 2

    with pytest.raises(AssertionError):
        check()
    assert tried == [1, 2]
    with pytest.raises(pytest.skip.Exception):
        looped("number", range(3))(lambda number: pytest.skip("all"))()


def test_a_loop_over_nothing_or_over_another_name_is_refused():
    def check(number):
        pass

    with pytest.raises(AssertionError, match="no number to try"):
        looped("number", [])(check)
    with pytest.raises(AssertionError, match="check takes no name"):
        looped("name", [1])(check)
