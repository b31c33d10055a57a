"""Of the names that published programs use, those that are missing are missing for a reason.
Read `ranking_report.py` beside it, which prints them.
"""

from ranking_report import ranked, reason_of, resolves

TO_BE_BUILT = "to be built"


def test_a_name_that_is_missing_has_its_reason():
    absent = {each.name for each in ranked() if not resolves(each.name)}
    assert {name for name in absent if reason_of(name) == TO_BE_BUILT} == set()
    assert len(absent) < len(ranked()) // 10


def test_a_name_that_is_nowhere_does_not_resolve():
    for name in ("torch.nothing_such", "nn.functional_such", "T.nothing()", "nowhere.at_all"):
        assert not resolves(name), name
    assert resolves("T.[idx]=")
    assert resolves("T.**")
    assert resolves("Module/Opt.param_groups")
