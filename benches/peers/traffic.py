"""One recording of chat in the formats of three simulators: traffic.py FOLDER N..."""

import datetime
import json
import math
import pathlib
import random
import sys

BLOCK = 16
SYSTEM_PROMPTS, SYSTEM_BLOCKS = 50, 8
BLIS_COLUMNS = (
    "request_id,client_id,tenant_id,slo_class,session_id,round_index,prefix_group,prefix_length,streaming,"
    "input_tokens,output_tokens,text_tokens,image_tokens,audio_tokens,video_tokens,reason_ratio,model,deadline_us,"
    "server_input_tokens,arrival_time_us,send_time_us,first_chunk_time_us,last_chunk_time_us,num_chunks,status,"
    "error_message,finish_reason"
)
SCENARIO = """cluster {{ serves llama_3_1_8b; gpus h100_sxm x 1 }}
engine {{
  batching continuous; timing roofline
  max_batch 256; max_batch_tokens 2048; kv_blocks 28000; block_size 16; prefix_cache {cache}
}}
trace recorded from "{file}" {{ format {format} }}
expect p99_ttft_ms < 1 h
expect p99_tpot_ms < 1 h
"""


def requests(n):
    """The instant in seconds, the prompt and the output of each."""
    draw, now = random.Random(7), 0.0
    for _ in range(n):
        now += draw.expovariate(15)
        prompt = math.exp(6.0 + 0.67 * draw.gauss(0, 1))
        output = math.exp(5.0 + 0.6 * draw.gauss(0, 1))
        yield now, int(min(max(prompt, 1), 8192)), int(min(max(output, 2), 4096))


def azure(rows):
    yield "TIMESTAMP,ContextTokens,GeneratedTokens"
    start = datetime.datetime(2023, 11, 16)
    for now, prompt, output in rows:
        instant = start + datetime.timedelta(microseconds=int(now * 1e6))
        yield f"{instant:%Y-%m-%d %H:%M:%S.%f}0,{prompt},{output}"


def mooncake(rows):
    """Eight blocks of one of fifty system prompts, then blocks that no other request has."""
    own = SYSTEM_PROMPTS * SYSTEM_BLOCKS
    for number, (now, prompt, output) in enumerate(rows):
        n_blocks = -(-prompt // BLOCK)
        first = number * 7 % SYSTEM_PROMPTS * SYSTEM_BLOCKS
        ids = [first + block if block < SYSTEM_BLOCKS else own + block for block in range(n_blocks)]
        own += n_blocks
        row = {"timestamp": int(now * 1e3), "input_length": prompt, "output_length": output, "hash_ids": ids}
        yield json.dumps(row)


def blis(rows):
    yield BLIS_COLUMNS
    for number, (now, prompt, output) in enumerate(rows):
        at = int(now * 1e6)
        times = f"{at + 10**12},0,{at},{at},{at + 1},{at + 2}"
        yield f"{number},d,,,,0,,0,false,{prompt},{output},0,0,0,0,0,,{times},0,ok,,"


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    write = lambda name, lines: (folder / name).write_text("".join(line + "\n" for line in lines))
    write("blis.yaml", ["trace_version: 3", "time_unit: microseconds", "mode: generated", "warm_up_requests: 0"])
    for n in map(int, sys.argv[2:]):
        rows = list(requests(n))
        for file, lines in ((f"azure{n}.csv", azure), (f"mooncake{n}.jsonl", mooncake), (f"blis{n}.csv", blis)):
            write(file, lines(rows))
        csv = SCENARIO.format(file=f"azure{n}.csv", format="azure", cache="off")
        rows_with_ids = SCENARIO.format(file=f"mooncake{n}.jsonl", format=f"mooncake block {BLOCK}", cache="on")
        write(f"azure{n}.kvs", [csv])
        write(f"mooncake{n}.kvs", [rows_with_ids])


main()
