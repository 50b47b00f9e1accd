"""What `rung view` shows: traces, weights and runs in the browser, from a server that only this machine can reach.

- `server`: HTTP on loopback; who may ask, and with which headers it answers
- `site`: which address shows what; files are found by their names in a listing, never by a path from outside
- `run`, `journal`: a folder that a training left or is writing to, read with care, for it may be damaged
- `weights`: the arrays of a file, each with its statistics
- `page/`: what runs in the browser
"""
