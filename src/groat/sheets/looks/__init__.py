"""Look at what a reader of values does not tell: formats that show other text, errors, merged and hidden cells.

The reader of cells gives only values. An id 7 with the format 0000 appears as 0007 in a spreadsheet, and a cell that
shows #N/A is empty to it. A second, short reading of the columns that count finds such cells. It expects a well-formed
file: where it finds nothing, the values count.
"""

from groat.sheets.looks.formats import scales, shown_id, unit
from groat.sheets.looks.look import NOTHING, Columns, Looks

__all__ = ["NOTHING", "Columns", "Looks", "scales", "shown_id", "unit"]
