"""Runs a program that uses crm_mining and says at the end what it took without the import.

usage: python timed.py PROGRAM [ARGUMENT …]
"""

import runpy
import sys
import time

import crm_mining  # noqa: F401

sys.argv = sys.argv[1:]
wall, cpu = time.perf_counter(), time.process_time()
runpy.run_path(sys.argv[0], run_name="__main__")
print(f"imports excluded: {time.perf_counter() - wall:.3f} s wall, {time.process_time() - cpu:.3f} s CPU")
