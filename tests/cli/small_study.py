"""A study of two subjects and two readers, as files that every command takes."""

from __future__ import annotations

from pathlib import Path

__all__ = ["CRITERIA", "DECISIONS", "READS", "SUBJECTS", "write_study"]

READS = """\
subject,reader,timepoint,date,lesion,role,compartment,organ,nodal,longest_mm,short_mm,state
S1,A,baseline,2011-01-03,T1,target,primary,rectum,false,50.0,40.0,measured
S1,A,baseline,2011-01-03,T2,target,distant,liver,false,30.0,20.0,measured
S1,A,month-2,2011-03-01,T1,target,primary,rectum,false,34.0,30.0,measured
S1,A,month-2,2011-03-01,T2,target,distant,liver,false,36.0,25.0,measured
S1,A,month-3,2011-04-01,T1,target,primary,rectum,false,30.0,28.0,measured
S1,A,month-3,2011-04-01,T2,target,distant,liver,false,39.0,30.0,measured
S1,B,baseline,2011-01-03,T1,target,primary,rectum,false,51.0,41.0,measured
S1,B,baseline,2011-01-03,T2,target,distant,liver,false,30.5,20.5,measured
S1,B,month-2,2011-03-01,T1,target,primary,rectum,false,34.5,30.0,measured
S1,B,month-2,2011-03-01,T2,target,distant,liver,false,36.6,25.0,measured
S1,B,month-3,2011-04-01,T1,target,primary,rectum,false,30.0,28.0,measured
S1,B,month-3,2011-04-01,T2,target,distant,liver,false,38.0,30.0,measured
S2,A,baseline,2011-02-01,T1,target,primary,rectum,false,60.0,45.0,measured
S2,A,month-2,2011-04-01,T1,target,primary,rectum,false,42.0,30.0,measured
S2,A,month-3,2011-05-02,T1,target,primary,rectum,false,40.0,30.0,measured
S2,B,baseline,2011-02-01,T1,target,primary,rectum,false,60.0,45.0,measured
S2,B,month-2,2011-04-01,T1,target,primary,rectum,false,42.1,31.0,measured
S2,B,month-3,2011-05-02,T1,target,primary,rectum,false,40.0,30.0,measured
"""
SUBJECTS = "subject,reference_date\nS1,2011-01-10\nS2,2011-02-08\n"
DECISIONS = """\
subject,accepted_reader,adjudicator,decided_on,reason
S2,B,C,2011-06-01,the wall on the left is not tumour
"""
CRITERIA = """\
id = "trial-7"
version = "1"
title = "Trial 7"
citation = "Protocol of trial 7, version 3"
based_on = "recist-1.1"
"""


def write_study(folder: Path) -> Path:
    """Write the study's files into a folder and return it."""
    files = {
        "reads.csv": READS,
        "subjects.csv": SUBJECTS,
        "decisions.csv": DECISIONS,
        "trial.toml": CRITERIA,
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder
