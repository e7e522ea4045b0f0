"""Dynamo's offline replay of a Mooncake trace: replay.py FILE"""

import sys

from dynamo._core import run_mocker_trace_replay

engine = {
    "backend": "vllm",
    "num_gpu_blocks": 28000,
    "block_size": 16,
    "max_num_seqs": 256,
    "max_num_batched_tokens": 2048,
    "enable_prefix_caching": True,
    "timing_model": {"type": "polynomial"},
}
arguments = {"engine": engine, "num_gpu_blocks_is_explicit": True}
run_mocker_trace_replay([sys.argv[1]], extra_engine_args=arguments, trace_block_size=16)
