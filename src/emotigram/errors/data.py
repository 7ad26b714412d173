"""Data sets that cannot be measured."""

from emotigram.errors.base import EmotiGramError


class DataError(EmotiGramError, exit_code=6):
    """A data set cannot be measured; values: ``path`` and, where one row is at fault, ``row`` (the first is 1)."""


class DataMissing(DataError):
    """There is no data set at the path; values: ``path``."""


class DataAmbiguous(DataError):
    """The folder of a data set holds several tables; values: ``path``, ``found``."""


class DataUnreadable(DataError):
    """The data set's file is not the Parquet, CSV or TSV that its name says; values: ``path``, ``reason``."""


class DataEmpty(DataError):
    """The data set has no rows to measure; values: ``path``."""


class ReadingMalformed(DataError):
    """What should be a kept reading is none of this version's; values: ``detail``, ``version``."""


class ColumnMissing(DataError):
    """The data set has none of the columns wanted; values: ``path``, ``wanted``, ``found``."""


class RowMalformed(DataError):
    """A row has more or fewer cells than there are columns; values: ``path``, ``row``, ``cells``, ``columns``."""


class LabelUnknown(DataError):
    """A label is none of the known ones; values: ``path``, ``row``, ``column``, ``label``, ``known``."""


class CaptionsEmpty(DataError):
    """A photo has no reference caption; values: ``path``, ``row``, ``column``."""


class LanguageUnspoken(DataError):
    """The engine describes in none of the data set's languages; values: ``path``, ``engine``, ``languages``."""


class DataPhoto(DataError):
    """The photo of a data set's row cannot be used; values: ``path``, ``row``, ``cause`` (a PhotoError)."""


class ReportInTheWay(DataError):
    """The report's folder holds something else; values: ``path``."""


class ReportUnwritable(DataError):
    """The report's folder cannot be made; values: ``path``, ``reason``."""
