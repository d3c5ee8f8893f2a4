"""px0's template language, Go's `text/template`: exact and bounded. A port of the TypeScript package `template`, file by file.

Its face is `px0.template`; `backends/run.py` and `values/values.py` say how values and limits are represented.
"""
