"""The steps that ``pipeline.tick`` lists, one file each. A step never calls another.

Each reads the rows that wait for it, asks a pure function, and writes its answer in one
transaction.
"""
