"""`semsearch serve`: an index within reach of a browser and of other programs, over HTTP.

In: the folder of an index. Out: a page to search in at /, and an API under /api. `app.create_app` puts the parts
together, `run.serve` runs them as a process. Nothing here is imported but for serving: it needs the extra `serve`.
"""
