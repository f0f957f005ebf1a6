"""Mutation testing: each small change of the rules must make a test fail.

`make mutants` changes one thing at a time in `recistkit/criteria` and
`recistkit/response` (an operator, a number, a threshold in a criteria file, a
statement left out) and runs the tests named in ``plan.toml`` on the changed
copy. A change that no test notices is a survivor: a test is missing, or the
change alters no result, and then it is listed in the plan with the reason.

The usual tools were measured and not taken: mutmut changes function bodies
only, so neither the criteria files nor constants of a module, and forks, which
a process that has imported polars does not survive with certainty.
"""
