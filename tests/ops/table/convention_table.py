"""All the conventions in one table, by number.
Read `../test_conventions.py` next, which holds them, and `../convention_report.py`, a command.
"""

import conventions_of_edges
import conventions_of_kinks
import conventions_of_losses
import conventions_of_order
import conventions_of_powers

CONVENTIONS = [
    row
    for table in (
        conventions_of_order,
        conventions_of_kinks,
        conventions_of_powers,
        conventions_of_losses,
        conventions_of_edges,
    )
    for row in table.ROWS
]
