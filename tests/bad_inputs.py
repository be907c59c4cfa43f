"""What people type that cannot be done, what is in the line they get, and the files for it."""

# ruff: noqa: E501 - a case is a line, so that the list can be read

from __future__ import annotations

import gzip
import os
import socket
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from devices import make_device
from pyarrow import feather, parquet
from worlds import sales_table

__all__ = ["CASES", "make_folder"]

P = "compare sales.csv --target price"
E = "compare ends.parquet --target price"
K = "compare kinds.parquet --target price"
S = "simulate --groups-of-each 10"

# fmt: off
#: What is typed after ``qconf`` (in the folder that `make_folder` makes), and what the line says.
CASES: dict[str, tuple[str, str]] = {
    # the simulation
    "too few groups": ("simulate --groups-of-each 5", "must be from 10 to 400,000, got 5"),
    "no groups": ("simulate --groups-of-each 0", "got 0"),
    "negative groups": ("simulate --groups-of-each=-10", "got -10"),
    "too many groups": ("simulate --groups-of-each 4000000", "got 4,000,000"),
    "groups are a fraction": ("simulate --groups-of-each 10.5", "--groups-of-each must be a whole number, got '10.5'"),
    "groups are a word": ("simulate --groups-of-each many", "--groups-of-each must be a whole number, got 'many'"),
    "one bootstrap replicate": (f"{S} --bootstrap 1", "from 2 to 1000, got 1"),
    "too many bootstrap replicates": (f"{S} --bootstrap 1001", "from 2 to 1000, got 1001"),
    "bootstrap is a word": (f"{S} --bootstrap few", "--bootstrap must be a whole number"),
    "no spread": (f"{S} --group-mean-sd 0", "must be greater than 0, got 0.0"),
    "negative spread": (f"{S} --group-mean-sd=-1", "got -1.0"),
    "spread is nan": (f"{S} --group-mean-sd nan", "got nan"),
    "spread is infinite": (f"{S} --group-mean-sd inf", "got inf"),
    "spread is a word": ("simulate --group-mean-sd wide", "--group-mean-sd must be a number, got 'wide'"),
    "simulation's seed": (f"{S} --seed=-3", "must be an integer from 0 to 2**32 - 1, got -3"),
    "simulation's seed too large": (f"{S} --seed 4294967296", "got 4294967296"),
    "simulation's format": ("simulate --format xml", "table, json, csv, got 'xml'"),
    "simulation takes no table": ("simulate sales.csv", "'sales.csv' is too much"),
    "simulation's unknown option": ("simulate --groups-of 10", "There is no option '--groups-of'. Try --groups-of-each"),
    "plots into a file": (f"{S} --plots sales.csv", "it is a file; name a folder"),
    "plots nowhere": (f"{S} --plots nowhere/pictures", "there is no folder 'nowhere'"),
    "plots under a file": (f"{S} --plots sales.csv/pictures", "there is no folder 'sales.csv'"),
    "plots with a long name": (f"{S} --plots {'p' * 256}", "255 bytes, this one has 256"),
    # rows that were scored
    "nothing to evaluate": ("evaluate", "Name a table, or an example with --example"),
    "no outcome to evaluate by": ("evaluate sales.parquet --expected-error fsd", "--residual, or that of the truth with --truth"),
    "two outcomes to evaluate by": ("evaluate sales.parquet --truth price --residual avm", "both were named"),
    "no such score to evaluate": ("evaluate sales.parquet --truth price --expected-error fds", "Did you mean 'fsd'? Name it with --expected-error"),
    "no such truth to evaluate": ("evaluate sales.csv --truth prise --prediction avm --expected-error fsd", "Did you mean 'price'?"),
    "words to evaluate": ("evaluate sales.parquet --truth zone --prediction avm --expected-error fsd", "'zone' of 'sales.parquet' must be numbers"),
    "evaluate by a folder of nothing": ("evaluate nowhere --truth price", "There is no file 'nowhere'"),
    "evaluate's rates": ("evaluate sales.parquet --truth price --outlier-rates few", "must be numbers such as 0.05,0.1; got 'few'"),
    "evaluate's level": ("evaluate sales.parquet --truth price --prediction avm --expected-error fsd --confidence-level 2", "strictly between 0 and 1"),
    "evaluate's engine": ("evaluate sales.parquet --truth price --prediction avm --expected-error fsd --engine sparkle", "must be one of local, dask, dask:ADDRESS, got 'sparkle'"),
    "evaluate over its table": ("evaluate sales.parquet --truth price --output sales.parquet", "it is the table itself"),
    "evaluate a workbook": ("evaluate twice.xlsx --truth price", "Rows to evaluate are Parquet or CSV"),
    # pages
    "a page of another kind": (f"{P} --report r.pdf", "name a file that ends in .html, got 'r.pdf'"),
    "a page nowhere": (f"{P} --report nowhere/r.html", "there is no folder 'nowhere'"),
    "a page under a file": (f"{P} --report sales.csv/r.html", "there is no folder 'sales.csv'"),
    "a page with a long name": (f"{P} --report {'p' * 256}.html", "255 bytes, this one has 261"),
    "a page and its numbers": (f"{P} --report r.html --output r.html", "--report and --output name the same file"),
    # the program and its options
    "unknown command": ("compera sales.csv", "Did you mean 'compare'?"),
    "a table for a command": ("sales.csv", "No such command 'sales.csv'"),
    "unknown option of the program": ("--verison", "Try --version"),
    "unknown option": ("compare sales.csv --targt price", "There is no option '--targt'. Try --target"),
    "unlike any option": ("compare sales.csv --model x", "There is no option '--model'. See qconf compare --help"),
    "short option": ("compare sales.csv -t price", "There is no option '-t'"),
    "option without value": ("compare sales.csv --target", "The option --target needs a value"),
    "flag with a value": ("compare sales.csv --debug=yes", "does not take a value"),
    "two tables": ("compare sales.csv sales.parquet --target price", "'sales.parquet' is too much"),
    "no table": ("compare --target price", "Name a table"),
    "table and example": ("compare sales.csv --example archetypes", "Not both"),
    "unknown example": ("compare --example kings", "There are: archetypes, king-county"),
    "example of another case": ("compare --example King-County2", "Did you mean 'king-county'"),
    "no example": ("compare --example ''", "There is no example ''"),
    "no target": ("compare sales.csv", "Name it with --target. There are: zone, rooms, area"),
    "empty target": ("compare sales.csv --target ''", "--target"),
    "threshold is a word": (f"{P} --threshold low", "--threshold must be a number, got 'low'"),
    "threshold with a comma": (f"{P} --threshold 0,15", "--threshold must be a number, got '0,15'"),
    "threshold in percent": (f"{P} --threshold=15%", "--threshold must be a number, got '15%'"),
    "threshold zero": (f"{P} --threshold 0", "must be a finite number > 0"),
    "threshold negative": (f"{P} --threshold=-0.1", "got -0.1"),
    "threshold nan": (f"{P} --threshold nan", "got nan"),
    "threshold infinite": (f"{P} --threshold inf", "got inf"),
    "threshold too large": (f"{P} --threshold 1e999", "got inf"),
    "conflict of one": (f"{P} --conflict rooms", "--conflict names two features that should agree, such as sqft_tax,sqft_listing; got 'rooms'"),
    "conflict of three": (f"{P} --conflict rooms,area,zone", "got 'rooms,area,zone'"),
    "conflict with itself": (f"{P} --conflict rooms,rooms", "A conflict is between two columns that should agree"),
    "conflict twice": (f"{P} --conflict rooms,area --conflict area,rooms", "is named twice"),
    "conflict mistyped": (f"{P} --conflict rooms,aera", "there is no feature 'aera'. Did you mean 'area'?"),
    "conflict with the target": (f"{P} --conflict rooms,price", "there is no feature 'price'"),
    "conflict of text": (f"{P} --conflict rooms,zone", "'zone' holds text"),
    "conflict of a kept model": ("certify sales.parquet --model m.qconf --conflict rooms,area", "--conflict is for a new fit"),
    "conflict of a score": ("fit sales.csv --target price --prediction area --estimator column:rooms --conflict rooms,area --output m.qconf", "conflict"),
    "absolute without threshold": (f"{P} --error absolute", "needs a threshold"),
    "unknown error scale": (f"{P} --error relativ", "Did you mean 'relative'"),
    "beginning of an error scale": (f"{P} --error rel", "relative, log, absolute, got 'rel'. Did you mean 'relative'?"),
    "no error scale": (f"{P} --error ''", "relative, log, absolute, got ''."),
    "fraction zero": (f"{P} --fraction 0", "fraction must lie in"),
    "fraction in percent": (f"{P} --fraction 10", "got 10.0"),
    "fraction negative": (f"{P} --fraction=-0.1", "got -0.1"),
    "fraction nan": (f"{P} --fraction nan", "got nan"),
    "fraction is a word": (f"{P} --fraction tenth", "--fraction must be a number, got 'tenth'"),
    "no fold": (f"{P} --folds 0", "at least 2"),
    "negative folds": (f"{P} --folds=-5", "at least 2"),
    "one fold": (f"{P} --folds 1", "at least 2"),
    "two folds": (f"{P} --folds 2", "at least 3 folds"),
    "folds is no integer": (f"{P} --folds 2.5", "--folds must be a whole number, got '2.5'"),
    "folds is nothing": (f"{P} --folds ''", "--folds must be a whole number, got ''"),
    "more folds than rows": (f"{P} --folds 999", "found 120"),
    "seed is no integer": (f"{P} --seed abc", "--seed must be a whole number, got 'abc'"),
    "seed negative": (f"{P} --seed=-1", "seed must be an integer"),
    "seed too large": (f"{P} --seed 4294967296", "got 4294967296"),
    "unknown format": (f"{P} --format jsn", "Did you mean 'json'"),
    "no format": (f"{P} --format ''", "table, json, csv, got ''."),
    "no estimators": (f"{P} --estimators ,", "At least one estimator"),
    "empty estimators": (f"{P} --estimators ''", "At least one estimator"),
    "unknown estimator": (f"{P} --estimators residul", "Did you mean 'residual'"),
    "beginning of an estimator": (f"{P} --estimators neigh", "Did you mean 'neighbors'"),
    "estimator of another case": (f"{P} --estimators Count", "Did you mean 'count'"),
    "unlike any estimator": (f"{P} --estimators xyz", "There are: blend, column, constant"),
    "estimators apart by spaces": (f"{P} --estimators 'count constant'", "There is no estimator 'count constant'"),
    "unknown metric": (f"{P} --metrics ppe1", "one of outlier-rate, mae, ppe10, bias, over-valuation-rate, got 'ppe1'. Did you mean 'ppe10'?"),
    "unlike any metric": (f"{P} --metrics bias,xyz", "over-valuation-rate, got 'xyz'"),
    "metric twice": (f"{P} --metrics bias,bias", "The metric 'bias' is named twice"),
    "no metrics": (f"{P} --metrics ,", "--metrics needs a name or more, such as ppe10,bias; got ','"),
    "metric of money in per cent": (f"{P} --error absolute --threshold 9 --metrics ppe10", "absolute errors have no per cent: leave it out"),
    "estimator twice": (f"{P} --estimators count,count", "named twice"),
    "estimator with argument": (f"{P} --estimators count:3", "cannot be made"),
    "estimator without argument": (f"{P} --estimators count:", "ends in a colon; write count:NAME, or count alone"),
    "column without name": (f"{P} --estimators column:", "needs the name of one: column:NAME"),
    "column without colon": (f"{P} --estimators column", "needs the name of one: column:NAME"),
    "estimator that is a path": (f"{P} --estimators ../count", "There is no estimator '../count'"),
    "estimator of markup": (f"{P} --estimators '[/nope]'", "There is no estimator '[/nope]'"),
    # valuation models against each other
    "unknown valuation model": ("backtest sales.csv --target price --models boosted,linar", "Did you mean 'linear'?"),
    "valuation model twice": ("backtest sales.csv --target price --models linear,linear", "'linear' is named twice"),
    "no valuation model": ("backtest sales.csv --target price --models ,", "At least one valuation model is needed"),
    "unknown column of values": ("backtest sales.csv --target price --models column:avm9", "The table has no column 'avm9'"),
    "values that are words": ("backtest sales.csv --target price --models column:zone", "prediction 'zone'"),
    "old without new": ("backtest sales.csv --target price --old linear", "--new is missing"),
    "new that does not run": ("backtest sales.csv --target price --models linear --old linear --new forest", "--new forest is not among --models linear"),
    "backtest of predictions": ("backtest sales.csv --target price --prediction zone", "There is no option '--prediction'"),
    # files
    "missing file": ("compare sale.csv --target price", "Did you mean 'sales.csv'"),
    "empty name": ("compare '' --target price", "Name a table"),
    "missing folder": ("compare nowhere/sales.csv --target price", "no folder 'nowhere'"),
    "a file for a folder": ("compare sales.csv/sales.csv --target price", "There is no file 'sales.csv/sales.csv'"),
    "pattern without match": ("compare zz*.parquet --target price", "No file matches"),
    "folder without tables": ("compare empty --target price", "no Parquet files"),
    "folder of other files": ("compare notes --target price", "no Parquet files"),
    "unknown ending": ("compare sales.doc --target price", "Cannot tell what"),
    "not a workbook": ("compare sales.xlsx --target price", "as an Excel workbook"),
    "a pickle": ("compare sales.pkl --target price", "runs code when it is opened"),
    "an address": ("compare https://example.org/sales.csv --target price", "download the file first"),
    "no ending": ("compare sales --target price", "Cannot tell what"),
    "dangling link": ("compare dangling.csv --target price", "There is no file 'dangling.csv'"),
    "link to itself": ("compare loop.csv --target price", "loop.csv"),
    "long name": (f"compare {'n' * 300}.csv --target price", "File name too long"),
    "empty file": ("compare nothing.csv --target price", "is empty"),
    "empty gzip": ("compare nothing.csv.gz --target price", "is empty"),
    "blank lines": ("compare blank.csv --target price", "is empty"),
    "header only": ("compare header.csv --target price", "0 rows"),
    "ragged lines": ("compare ragged.csv --target price", "as CSV"),
    "two separators": ("compare both.csv --target price", "say which with --separator"),
    "header too short": ("compare short.csv --target price", "line 2 has 4 fields, the header 2"),
    "title above the names": ("compare title.csv --target price", "tail -n +2"),
    "doubtful thousands": ("compare thousands.csv --target price", "--decimal . or --decimal ,"),
    "not text": ("compare binary.csv --target price", "as CSV"),
    "zeros": ("compare zeros.csv --target price", "zeros.csv"),
    "parquet named csv": ("compare parquet.csv --target price", "as CSV"),
    "not gzip": ("compare fake.csv.gz --target price", "'fake.csv.gz'"),
    "cut gzip": ("compare cut.csv.gz --target price", "'cut.csv.gz'"),
    "damaged gzip": ("compare damaged.csv.gz --target price", "'damaged.csv.gz'"),
    "not parquet": ("compare fake.parquet --target price", "as Parquet"),
    "cut parquet": ("compare cut.parquet --target price", "as Parquet"),
    "nothing named parquet": ("compare nothing.parquet --target price", "as Parquet"),
    "csv named parquet": ("compare text.parquet --target price", "as Parquet"),
    "empty parquet": ("compare zero.parquet --target price", "0 rows"),
    "parquet without columns": ("compare bare.parquet --target price", "is empty"),
    "unlike parts": ("compare parts --target price", "as Parquet"),
    "folder with a bad part": ("compare badpart --target price", "as Parquet"),
    "empty standard input": ("compare - --target price", "'standard input' is empty"),
    # how to read them
    "wrong encoding": ("compare sales.csv --target price --encoding utf-32", "not in the encoding utf-32"),
    "unknown encoding": (f"{P} --encoding utf-9", "no encoding 'utf-9'"),
    "encoding of no text": (f"{P} --encoding base64", "no encoding 'base64'"),
    "long separator": (f"{P} --separator ab", "--separator must be"),
    "unknown decimal": (f"{P} --decimal x", "--decimal must be"),
    "unknown date code": (f"{P} --date-format %q", "'%q' is none"),
    "date format without a year": (f"{P} --date-format %d.%m.", "has no year"),
    "useless date format": (f"{P} --date-format %d.%m.%Y", "fits no column"),
    "unknown text column": (f"{P} --text zonne", "Did you mean 'zone'"),
    "separator of Parquet": ("compare sales.parquet --target price --separator ';'", "another kind of file"),
    "sheet of CSV": (f"{P} --sheet May", "another kind of file"),
    "sheet of Parquet": ("compare sales.parquet --target price --sheet May", "another kind of file"),
    "encoding of a workbook": ("compare twice.xlsx --target price --encoding utf-8", "another kind of file"),
    "unknown sheet": ("compare twice.xlsx --target price --sheet Shet1", "Sheet1"),
    "text of an example": ("compare --example archetypes --text group", "--text says how a file is read"),
    "day first of an example": ("compare --example archetypes --day-first", "--day-first says how a file is read"),
    # columns
    "unknown target": ("compare sales.csv --target pirce", "Did you mean 'price'"),
    "unknown target of an example": ("compare --example archetypes --target valeu", "Did you mean 'value'"),
    "unknown time": (f"{P} --time sold", "Did you mean 'sold_on'"),
    "unknown group": (f"{P} --groups parsel", "Did you mean 'parcel'"),
    "unknown prediction": (f"{P} --prediction amv", "Did you mean 'avm'"),
    "unknown feature": (f"{P} --features area,roms", "Did you mean 'rooms'"),
    "unknown dropped column": (f"{P} --drop zonne", "Did you mean 'zone'"),
    "unknown score column": (f"{P} --estimators column:fds", "Did you mean 'fsd'"),
    "unlike any column": (f"{P} --time xxxxxxx", "There are: zone, rooms, area"),
    "target as feature": (f"{P} --features area,price", "among the features"),
    "target as prediction": (f"{P} --prediction price", "cannot be the prediction"),
    "target as time": (f"{P} --time price", "cannot be the time"),
    "target as group": (f"{P} --groups price", "cannot be the group"),
    "target as score": (f"{P} --estimators column:price", "score of itself"),
    "no feature left": (f"{P} --features area --drop area", "No feature is left"),
    "only the target": ("compare lonely.csv --target price", "No feature is left"),
    "all columns dropped": (f"{P} --features zone,area --drop zone,area", "No feature is left"),
    "feature named prediction": ("compare named.csv --target price", "--prediction prediction"),
    "column with control characters": ("compare sales.csv --target '\x1b[31mprice\x07'", r"'\x1b[31mprice\x07'"),
    "column with a line break": ("compare sales.csv --target 'a\nqconf: done'", r"'a\nqconf: done'"),
    "column that turns the line round": ("compare sales.csv --target 'a\u202eb\u200b'", r"'a\u202eb\u200b'"),
    "listed columns with control characters": ("compare hostile.parquet --target zzzz", r"\x1b[2J"),
    "file with control characters": ("compare '\x1b]0;title\x07.csv' --target price", r"\x1b]0;title\x07.csv"),
    "option with control characters": ("compare --\x1b[31m", r"\x1b[31m"),
    "value with control characters": (f"{P} --folds '\x1b[31m'", r"got '\x1b[31m'"),
    # warnings that are errors
    "strict with a value": (f"{P} --strict=yes", "The option --strict does not take a value"),
    "strict simulation": ("simulate --strict", "There is no option '--strict'"),
    "strict and an empty column": ("compare hollow.csv --target price --strict", "Refused with --strict: The column 'fsd' has no values and is not used; drop it (--drop fsd)"),
    "strict and copies": ("compare copied.csv --target price --strict", "(--copies keep)"),
    "strict and a guessed encoding": ("compare latin.csv --target price --strict", "name the encoding (--encoding)"),
    "strict and lists": (f"{K} --strict", "Refused with --strict: The column 'tags' holds lists, which are read as text; to leave it out: --drop tags"),
    "one name, once it is stripped": ("compare twice.csv --target price --strict", "Two columns are named 'fsd'; the second is called 'fsd.1'. Rename one"),
    "one name in a sheet": ("compare twice.xlsx --target price --strict", "Two columns are named 'fsd'; the second is called 'fsd.1'. Rename one"),
    "one name in Parquet": ("compare twice.parquet --target price --strict", "Two columns are named 'fsd'; the second is called 'fsd.1'. Rename one"),
    "two columns of one name": ("compare twins.parquet --target price", "'twins.parquet' has two columns named 'fsd'; names must differ. Rename one"),
    "two columns of one name from a pipe": ("compare twins.feather --target price", "two columns named 'fsd'; names must differ. Rename one"),
    # copies
    "unknown word for copies": (f"{P} --copies kepe", "The option copies must be one of group, keep, got 'kepe'. Did you mean 'keep'?"),
    "no word for copies": (f"{P} --copies ''", "one of group, keep, got ''."),
    "copies of another case": (f"{P} --copies KEEP", "Did you mean 'keep'?"),
    "copies option without value": (f"{P} --copies", "The option --copies needs a value: --copies VALUE"),
    "few groups of copies": ("compare copied.csv --target price --groups year", "groups, found 2"),
    # values
    "target of words": ("compare sales.csv --target zone", "must be numbers"),
    "target with two units": ("compare units.csv --target price", "'$5'"),
    "target with control characters": ("compare escapes.parquet --target price", r"\x1b[31m"),
    "target of dates": ("compare sales.csv --target sold_on", "must be numbers"),
    "target of truths": ("compare sales.csv --target garden", "must be numbers"),
    "constant target": ("compare sales.csv --target one", "constant"),
    "missing target": ("compare gaps.csv --target price", "Too few rows: 20"),
    "target all missing": ("compare hollow.csv --target fsd", "Too few rows: 0"),
    "infinite target": ("compare infinite.csv --target price", "must be finite"),
    "zero target": ("compare zero.csv --target price", "needs a positive target"),
    "zero target on log scale": ("compare zero.csv --target price --error log", "needs a positive target"),
    "negative target": ("compare minus.csv --target price", "needs a positive target"),
    "negative target on log scale": ("compare minus.csv --target price --error log", "log error needs a positive"),
    "few rows": ("compare few.csv --target price", "at least 50"),
    "one row": ("compare one.csv --target price", "Too few rows: 1"),
    "two rows": ("compare two.csv --target price", "Too few rows: 2"),
    "infinite feature": ("compare feature.csv --target price", "--drop area"),
    "prediction of words": (f"{P} --prediction zone", "prediction must be numbers"),
    "prediction of dates": (f"{P} --prediction sold_on", "prediction must be numbers"),
    "infinite prediction": ("compare guess.csv --target price --prediction avm", "prediction must be finite"),
    "prediction all missing": ("compare hollow.csv --target price --prediction fsd", "Too few rows: 0"),
    "negative prediction on log scale": ("compare below.csv --target price --prediction avm --error log", "positive prediction"),
    "time of words": (f"{P} --time zone", "dates in one format"),
    "time of truths": (f"{P} --time garden", "must hold dates"),
    "time with one bad value": ("compare clock.csv --target price --time sold_on", "the first is 'soon'"),
    "time with two readings": ("compare orders.csv --target price --time sold_on", "--day-first"),
    "time of lists": (f"{K} --time tags", "the first is '[0, 1]'"),
    "time of bytes": (f"{K} --time blob", "the first is 'x'"),
    "group of lists": (f"{K} --groups pair", "5 folds need at least 5 groups, found 2"),
    "part of a struct": (f"{K} --time nest", "Did you mean 'nest."),
    "target of lists": ("compare kinds.parquet --target tags", "the first is '[0, 1]'"),
    "target of durations": ("compare kinds.parquet --target took", "must be numbers; it holds values of type timedelta64"),
    "prediction of lists": (f"{K} --prediction tags", "the first is '[0, 1]'"),
    "groups that last": (f"{P} --time sold_on --groups zone", "Groups last through the whole time"),
    "groups that last, predicted": (f"{P} --time sold_on --groups zone --prediction avm", "Leave the groups out (no --groups"),
    "time all missing": ("compare hollow.csv --target price --time fsd", "Too few rows: 0"),
    "infinite time": ("compare feature.csv --target price --time area", "infinite"),
    "one time": (f"{P} --time one", "distinct times, found 1"),
    "few distinct times": (f"{P} --time year", "distinct times, found 2"),
    "few groups": (f"{P} --groups year", "groups, found 2"),
    "one group": (f"{P} --groups one", "groups, found 1"),
    "score of words": (f"{P} --prediction avm --estimators column:zone", "'zone' must be numbers; 109 of 120 values are not"),
    "score of dates": (f"{P} --estimators column:sold_on", "'sold_on' must be numbers; it holds values of type datetime64[us]. Name a column of numbers"),
    "score of dates in Parquet": ("compare sales.parquet --target price --estimators column:sold_on", "Name a column of numbers, or convert it."),
    "score of truths": (f"{P} --estimators column:garden", "it holds values of type bool"),
    "score of durations": (f"{K} --estimators column:took", "it holds values of type timedelta64"),
    "score of lists": (f"{K} --estimators column:tags", "the first is '[0, 1]'"),
    "negative score": ("compare score.csv --target price --prediction avm --estimators column:fsd", "values are negative"),
    "infinite score": ("compare endless.csv --target price --estimators column:fsd", "'fsd' must be finite; 1 of 120 values are infinite. Mend those rows"),
    "score without values": ("compare hollow.csv --target price --prediction avm --estimators column:fsd", "has no values"),
    "unknown column of an estimator": (f"{P} --prediction avm --estimators empirical-bayes:parsel", "Did you mean 'parcel'"),
    # intervals
    "interval without names": (f"{P} --estimators interval", "needs the names of its ends: interval:LOW,HIGH"),
    "interval that ends in a colon": (f"{P} --estimators interval:", "needs the names of its ends: interval:LOW,HIGH"),
    "interval of one column": (f"{E} --estimators interval:low", "needs two columns, such as interval:p10,p90; got 'low'"),
    "interval without upper end": (f"{E} --estimators interval:low,", "got 'low'"),
    "interval without lower end": (f"{E} --estimators interval:,high", "got ',high'"),
    "interval of one column, and another estimator": (f"{E} --estimators interval:low,constant", "no column 'constant'"),
    "interval of three": (f"{E} --estimators interval:low,high,fsd", "There is no estimator 'fsd'"),
    "interval twice": (f"{E} --estimators interval:low,high,interval:low,high", "'interval:low,high' is named twice"),
    "unknown lower end": (f"{E} --estimators interval:lwo,high", "no column 'lwo'. Did you mean 'low'?"),
    "unknown upper end": (f"{E} --estimators constant,interval:low,hihg", "no column 'hihg'. Did you mean 'high'?"),
    "reversed ends": (f"{E} --estimators interval:high,low", "above its upper end 'low' in 120 of 120 rows; swap them: interval:low,high"),
    "reversed ends of a prediction": (f"{E} --prediction avm --estimators constant,interval:high,low", "swap them: interval:low,high"),
    "both ends the same": (f"{E} --estimators interval:low,low", "both of its ends are 'low'"),
    "target as an end": (f"{E} --estimators interval:low,price", "score of itself"),
    "end of words": (f"{E} --estimators interval:zone,high", "'zone' must be numbers"),
    "end of dates": (f"{E} --estimators interval:low,sold_on", "'sold_on' must be numbers"),
    "infinite end": ("compare endless.parquet --target price --estimators interval:low,endless", "'endless' must be finite; 1 of 120 values"),
    "end without values": (f"{E} --prediction avm --estimators interval:gone,high", "'gone,high' has no row with both ends"),
    # output
    "output is a folder": (f"{P} --output empty", "it is a folder; name a file in it"),
    "output is this folder": (f"{P} --output .", "it is a folder"),
    "output is a link to a folder": (f"{P} --output linked", "it is a folder"),
    "output in no folder": (f"{P} --output nowhere/out.json", "no folder 'nowhere'"),
    "output in a file": (f"{P} --output few.csv/out.json", "there is no folder 'few.csv'"),
    "output is to be a folder": (f"{P} --output results/", "no such folder"),
    "output is empty": (f"{P} --output ''", "the name is empty"),
    "output behind a dangling link": (f"{P} --output astray.json", "there is no folder"),
    "output is a link to itself": (f"{P} --output loop.csv", "loop.csv"),
    "output is a socket": (f"{P} --output socket", "it is a socket"),
    "output with a long name": (f"{P} --output {'n' * 256}", "255 bytes, this one has 256"),
    "output with many bytes": (f"{P} --output {'é' * 128}", "255 bytes, this one has 256"),
    "output with a long path": (f"{P} --output {'n/' * 3000}o.json", "Cannot write to"),
    "output is full": (f"{P} --features area --estimators constant --output full", "No space left on device"),
    "output is for reading": (f"{P} --output input", "Bad file descriptor"),
    "output to a descriptor that is not open": (f"{P} --output /dev/fd/99", "Bad file descriptor"),
    "output in /proc": (f"{P} --output /proc/out.json", "/proc"),
    "output is the table": (f"{P} --output sales.csv", "it is the table itself; name another file"),
    "output is the table, otherwise spelt": (f"{P} --output ./empty/../sales.csv", "the table itself"),
    "output is a link to the table": (f"{P} --output link.csv", "the table itself"),
    "output is a hard link to the table": (f"{P} --output hard.csv", "the table itself"),
    "output is the table, through a folder's link": (f"{P} --output here/sales.csv", "the table itself"),
    "the table is a link to the output": ("compare link.csv --target price --output sales.csv", "the table itself"),
    "output is a part of the table": ("compare whole --target price --output whole/a.parquet", "the table itself"),
    "output is a link to a part": ("compare whole --target price --output part.json", "the table itself"),
    "output would become a part": ("compare whole --target price --output whole/new.parquet", "a part of the table"),
    "output would become a deep part": ("compare whole --target price --output here/whole/year/new.pq", "a part of the table"),
    "output is one that the pattern matches": ("compare 'whole/*.parquet' --target price --output whole/b.parquet", "the table itself"),
    "output would match the pattern": ("compare 'whole/*' --target price --output here/whole/c.json", "a part of the table"),
    "output is the table, and so is the format": ("compare sales.parquet --target price --format csv --output sales.parquet", "the table itself"),
    "simulation's output is a folder": (f"{S} --output empty", "it is a folder"),
    "simulation's output in no folder": (f"{S} --output nowhere/o.json", "no folder 'nowhere'"),
    "simulation's output with a long name": (f"{S} --output {'n' * 300}", "this one has 300"),
    "output with control characters": (f"{P} --output 'nowhere\x1b[31m/o.json'", r"nowhere\x1b[31m"),
    # more than one at once: the first is told, and nothing is done
    "format and target": ("compare sales.csv --target pirce --format xml", "got 'xml'"),
    "output and table": ("compare sale.csv --target price --output empty", "it is a folder"),
    "threshold and estimator": (f"{P} --threshold nan --estimators xyz", "got nan"),
    "prediction and score": (f"{P} --prediction zone --estimators column:zone", "prediction must be numbers"),
    "time and group": (f"{P} --time year --groups one", "found"),
}
# fmt: on


def make_folder(path: Path) -> Path:
    """Fill a folder with a good table, many bad ones, and places where no result can be put."""
    good = sales_table(120)
    good["avm"], good["fsd"], good["one"] = good["price"] * 1.1, 0.1, 1.0
    good["year"] = good["sold_on"].dt.year
    good.to_parquet(path / "sales.parquet")
    for name, table in _tables(good).items():
        table.to_csv(path / f"{name}.csv", index=False, sep=";" if name == "thousands" else ",")
    good[:0].to_parquet(path / "zero.parquet")
    hostile = good.rename(columns={"zone": "\x1b[2J", "rooms": "a\x07\u202e"})
    hostile.to_parquet(path / "hostile.parquet")
    good.assign(price="\x1b[31m5").to_parquet(path / "escapes.parquet")
    pd.DataFrame(index=range(3)).to_parquet(path / "bare.parquet")
    _write_odd_columns(path, good)
    for name, content in _contents(path).items():
        (path / name).write_bytes(content)
    _make_folders(path, good)
    _make_links(path)
    return path


def _tables(good: pd.DataFrame) -> dict[str, pd.DataFrame]:
    first = good.index == 0
    price, fsd = good["price"], good["fsd"]
    return {
        "sales": good,
        "named": good.rename(columns={"avm": "prediction"}),
        "twice": good.rename(columns={"one": " fsd "}),
        "copied": pd.concat([good, good[:40]]),
        "thousands": good[["zone"]].assign(price="1,234"),
        "orders": good.assign(sold_on=["05/01/2031", "12/02/2031"] * 60),
        "units": good.assign(price=["$5", "\u20ac5"] * 60),
        "gaps": good.assign(price=price.where(good.index < 20)),
        "infinite": good.assign(price=price.where(~first, np.inf)),
        "zero": good.assign(price=price.where(~first, 0.0)),
        "minus": good.assign(price=price.where(~first, -1.0)),
        "few": good[:30],
        "one": good[:1],
        "two": good[:2],
        "lonely": good[["price"]],
        "feature": good.assign(area=good["area"].where(~first, np.inf)),
        "guess": good.assign(avm=good["avm"].where(~first, np.inf)),
        "below": good.assign(avm=good["avm"].where(~first, -1.0)),
        "clock": good.assign(sold_on=good["sold_on"].astype(str).where(~first, "soon")),
        "score": good.assign(fsd=fsd.where(~first, -0.1)),
        "endless": good.assign(fsd=fsd.where(~first, np.inf)),
        "hollow": good.assign(fsd=np.nan),
        "header": good[:0],
    }


def _write_odd_columns(path: Path, good: pd.DataFrame) -> None:
    """Write what CSV does not have: lists, bytes, durations, and two columns of one name."""
    number = good.index
    price = good["price"]
    ends = good.assign(low=price * 0.9, high=price * 1.1, gone=np.nan)
    ends.to_parquet(path / "ends.parquet")
    ends["endless"] = ends["high"].where(number > 0, np.inf)
    ends.to_parquet(path / "endless.parquet")
    kinds = good.assign(blob=b"x", took=pd.to_timedelta(number, unit="D"))
    kinds["tags"] = pd.Series([[i, 1] for i in number], dtype=object)
    kinds["pair"] = pd.Series([[i % 2] for i in number], dtype=object)
    kinds["nest"] = pd.Series([{"a": i} for i in number], dtype=object)
    kinds.to_parquet(path / "kinds.parquet")
    twice = good.rename(columns={"one": " fsd "})
    twice.to_parquet(path / "twice.parquet")
    twice.to_excel(path / "twice.xlsx", index=False)
    table = pa.Table.from_pandas(good, preserve_index=False)
    twins = table.rename_columns([{"one": "fsd"}.get(name, name) for name in table.column_names])
    parquet.write_table(twins.replace_schema_metadata(None), path / "twins.parquet")
    feather.write_feather(twins.replace_schema_metadata(None), path / "twins.feather", version=2)


def _contents(path: Path) -> dict[str, bytes]:
    packed = gzip.compress((path / "sales.csv").read_bytes())
    columns = (path / "sales.parquet").read_bytes()
    return {
        "sales.doc": b"PK",
        "sales.xlsx": b"PK",
        "sales.pkl": b"",
        "both.csv": b"price,area;zone\n1,2;3\n",
        "short.csv": b"price,area\n1,2,3,4\n",
        "title.csv": b"Sales of May\nprice,area,zone\n1,2,3\n4,5,6\n",
        "latin.csv": (path / "sales.csv")
        .read_bytes()
        .replace(b",a,", b",\xe9,")
        .replace(b"\na,", b"\n\xe9,"),
        "sales": b"",
        "nothing.csv": b"",
        "nothing.csv.gz": gzip.compress(b""),
        "nothing.parquet": b"",
        "blank.csv": b"\n\n\n",
        "ragged.csv": b"price,area\n1,2\n1,2,3\n",
        "binary.csv": bytes(range(256)),
        "zeros.csv": bytes(500),
        "parquet.csv": columns,
        "fake.csv.gz": b"price,area\n1,2\n",
        "cut.csv.gz": packed[: len(packed) // 2],
        "damaged.csv.gz": packed[:50] + bytes(50) + packed[100:],
        "fake.parquet": b"not parquet",
        "cut.parquet": columns[: len(columns) // 2],
        "text.parquet": (path / "sales.csv").read_bytes(),
    }


def _make_folders(path: Path, good: pd.DataFrame) -> None:
    for name in ("empty", "notes", "parts", "badpart", "whole", "whole/year"):
        (path / name).mkdir()
    (path / "notes" / "readme.md").write_text("no table")
    pd.DataFrame({"price": [1.0]}).to_parquet(path / "parts" / "a.parquet")
    pd.DataFrame({"price": [["x"]]}).to_parquet(path / "parts" / "b.parquet")
    good.to_parquet(path / "badpart" / "a.parquet")
    (path / "badpart" / "b.parquet").write_bytes(b"not parquet")
    for name in ("a", "b"):
        good.to_parquet(path / "whole" / f"{name}.parquet")


def _make_links(path: Path) -> None:
    for name, target in {
        "link.csv": "sales.csv",
        "part.json": "whole/a.parquet",
        "linked": "empty",
        "here": ".",
        "input": "/dev/stdin",
        "dangling.csv": "gone.csv",
        "astray.json": "gone/out.json",
        "loop.csv": "loop.csv",
    }.items():
        (path / name).symlink_to(target)
    (path / "hard.csv").hardlink_to(path / "sales.csv")
    make_device(path / "full", "full")
    here = Path.cwd()
    os.chdir(path)  # a socket's path is short, or is not
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind("socket")
    os.chdir(here)
