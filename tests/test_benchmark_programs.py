"""The comparison of public programs: what counts as far apart. No program is run here.
Read `../benchmarks/programs.py` beside it.
"""

import math
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))  # the benchmarks are not installed

from benchmarks.program_list import PROGRAMS
from benchmarks.programs import differences


def test_equal_values_and_two_nans_are_not_apart():
    assert differences([1.0, math.nan, math.inf], [1.0, math.nan, math.inf]) == [0.0, 0.0, 0.0]


def test_a_difference_is_relative_to_pytorchs_value():
    assert differences([3.0], [2.0]) == [0.5]


def test_a_value_without_a_partner_and_one_nan_are_infinitely_far():
    assert differences([1.0, 2.0], [1.0]) == [0.0, math.inf]
    assert differences([1.0], [math.nan]) == [math.inf]


def test_no_program_is_there_twice():
    names = [each.name for each in PROGRAMS]
    assert sorted(set(names)) == sorted(names)
