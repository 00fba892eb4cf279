import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inferSeverity } from '../../src/domain/infer-severity.ts';
import { FORMATS } from '../../src/domain/severity-formats.ts';
import { severityOf } from '../../src/domain/severity.ts';
import type { LogSeverity } from '../../src/domain/severity.ts';
import { cpuTimeOf } from '../support/cpu-time.ts';

/** Lines as launchers and libraries print them, by kind of program. Their sources are in the table of formats. */
const LINES: Readonly<Record<string, readonly (readonly [string, LogSeverity])[]>> = {
  'PyTorch and torchrun': [
    [
      '[rank3]:[W311 09:12:44.120938 ProcessGroupNCCL.cpp:1496] Warning: WARNING: destroy_process_group() was not called',
      'WARN',
    ],
    [
      '[rank0]:[E1122 23:17:01.123456789 ProcessGroupNCCL.cpp:616] [Rank 0] Watchdog caught collective operation timeout',
      'ERROR',
    ],
    ['[W socket.cpp:464] [c10d] The server socket has failed to listen on [::]:29500', 'WARN'],
    ['[E ProcessGroupNCCL.cpp:475] [Rank 1] Watchdog caught collective operation timeout', 'ERROR'],
    ['[W C:\\x.cpp:1] not a path of ours', 'UNSPECIFIED'],
    ['I0719 10:50:33.485718 219407 ProcessGroupNCCL.cpp:482] [Rank 3] ProcessGroupNCCL initialized', 'INFO'],
    ['E0227 10:00:00.123000 139 torch/distributed/elastic/multiprocessing/api.py:874] failed (exitcode: 1)', 'ERROR'],
    ['[rank1]:V0227 10:00:00.123000 139 torch/_dynamo/guards.py:1] GUARDS', 'DEBUG'],
    ['[2026-02-27 10:00:00,123] torch.distributed.elastic.multiprocessing.api: [ERROR] failed (exitcode: 1)', 'ERROR'],
    ['[default0]:WARNING:root:careful', 'WARN'],
    ['/opt/torch/utils/checkpoint.py:87: UserWarning: None of the inputs have requires_grad=True', 'WARN'],
    ['[rank2]: Traceback (most recent call last):', 'ERROR'],
    ['[rank2]: torch.distributed.DistBackendError: NCCL error in: ../x.cpp:1691', 'ERROR'],
    ["terminate called after throwing an instance of 'c10::DistBackendError'", 'ERROR'],
  ],
  'NCCL, UCX and MPI': [
    ['node-1:45542:45547 [0] NCCL INFO Setting affinity for GPU 0 to ffff', 'INFO'],
    ['node-1:45542:45547 [3] NCCL WARN NET/IB : Got completion from peer with status=12', 'WARN'],
    ['node-1:45542:45547 [3] misc/socket.cc:58 NCCL WARN socketProgress: Connection closed by remote peer', 'WARN'],
    ['[2026-02-27 10:00:00] node-1:1:2 [3] transport/net_ib.cc:1 NCCL WARN x', 'WARN'],
    ['NCCL WARN x', 'WARN'],
    ['look for NCCL WARN in the output', 'UNSPECIFIED'],
    ['(RayWorkerWrapper pid=421, ip=10.233.73.21) vllm-0-1:421:421 [1] NCCL WARN Call to ibv_modify_qp failed', 'WARN'],
    ['[1635931846.182478] [ip-AC125814:62000:0]      ib_device.c:670  UCX  ERROR ibv_query_gid failed', 'ERROR'],
    ['[1750940543.886091] [jpbo-007-31:2816367:a]      ucp_worker.c:1855 UCX  INFO    0x309e3070', 'INFO'],
    ['[a1:14245] pml_ucx.c:285  Error: UCP worker does not support MPI_THREAD_MULTIPLE', 'ERROR'],
    ['[cn556:3971937] PMIX ERROR: UNREACHABLE in file pmix_server.c at line 2198', 'ERROR'],
    ['[gpu01:193313] *** Process received signal ***', 'ERROR'],
    ['[node:12  :0:12] Caught signal 11 (Segmentation fault: address not mapped to object)', 'ERROR'],
    ['[gpu01:193313] *** An error occurred in MPI_Allreduce', 'ERROR'],
    ['MPI_ABORT was invoked on rank 2 in communicator MPI_COMM_WORLD with errorcode 1.', 'ERROR'],
    ['[1,3]<stderr>: ERROR: out of disk', 'ERROR'],
  ],
  'NVIDIA: TensorRT, TensorRT-LLM, Triton, NeMo, Megatron': [
    ['[TensorRT-LLM][ERROR] Cannot process new request', 'ERROR'],
    ['[TensorRT-LLM][INFO] MPI size: 1, MPI local size: 1, rank: 0', 'INFO'],
    ['[TensorRT-LLM][WARNING] Fix optionalParams', 'WARN'],
    ['[TRT-LLM] [RANK 0] [E] Failed to initialise', 'ERROR'],
    ['[02/14/2023-11:26:54] [TRT-LLM] [W] padding is off', 'WARN'],
    ['[02/14/2023-11:26:54] [TRT] [E] This is an error', 'ERROR'],
    ['[02/14/2023-11:26:54] [E] Error[1]: [x.cpp::1] no', 'ERROR'],
    ['[TensorRT] ERROR: FAILED_EXECUTION: std::exception', 'ERROR'],
    ['triton-models-1    | I0223 11:55:15.535936 123 model_lifecycle.cc:472] "loading: postprocessing:1"', 'INFO'],
    ['E0223 11:55:15.535936 123 model_lifecycle.cc:642] "failed to load"', 'ERROR'],
    ['[NeMo W 2026-02-27 09:12:44 nemo_logging:405] careful', 'WARN'],
    ['prefix/0 [NeMo I 2026-02-27 09:12:44 nemo_logging:393] hello', 'INFO'],
    ['i.finetune/0 [default0]:[NeMo E 2026-02-27 09:12:44 nemo_logging:417] no', 'ERROR'],
    ['WARNING:megatron.core.utils:fallback', 'WARN'],
    ['CUDA error: an illegal memory access was encountered', 'ERROR'],
    [
      '/src/ATen/native/cuda/Indexing.cu:12: indexSelect: block: [0,0,0], thread: [3,0,0] Assertion `index < size` failed.',
      'ERROR',
    ],
    ['[123456.789] NVRM: Xid (PCI:0000:3b:00): 79, pid=12, it is gone', 'ERROR'],
    ['RuntimeError: CUDA error: device-side assert triggered', 'ERROR'],
    ['nvcc fatal   : Unsupported gpu architecture', 'FATAL'],
  ],
  'training and serving libraries': [
    [
      '[2026-02-27 10:00:00,123] [INFO] [real_accelerator.py:158:get_accelerator] Setting ds_accelerator to cuda',
      'INFO',
    ],
    ['worker-0: [2026-02-27 10:00:00,123] [WARNING] [stage3.py:1:x] y', 'WARN'],
    ['ERROR 03-30 18:46:33 [core.py:343] EngineCore hit an exception', 'ERROR'],
    ['(EngineCore_DP0 pid=16862) (RayWorkerWrapper pid=17167) DEBUG 09-18 00:55:15 [shm_broadcast.py:313] x', 'DEBUG'],
    ['2026-04-16 10:27:16,259 INFO usage_lib.py:467 -- Usage stats collection is enabled', 'INFO'],
    ['(raylet) [2026-04-16 10:27:16,259 E 123 456] (raylet) node_manager.cc:3064: workers were killed', 'ERROR'],
    ['[WARNING|trainer.py:2128] 2026-02-27 10:00:00,123 >> careful', 'WARN'],
    ['02/27/2026 10:00:00 - WARNING - __main__ - careful', 'WARN'],
    ['2026-02-27 10:00:00.123456: W tensorflow/core/common_runtime/gpu/gpu_device.cc:2211] Cannot dlopen', 'WARN'],
    [
      '2026-02-27 10:00:00.123456: E external/local_xla/xla/stream_executor/cuda/cuda_dnn.cc:9261] Unable to register',
      'ERROR',
    ],
    ['WARNING: All log messages before absl::InitializeLog() is called are written to STDERR', 'WARN'],
    ['E0000 00:00:1716239022.123456  12 cuda_executor.cc:1] INTERNAL', 'ERROR'],
    ['[I 2026-02-27 10:00:00,123] Trial 3 finished with value: 0.3', 'INFO'],
    ['[2026-02-27 10:00:00,123][__main__][ERROR] - no', 'ERROR'],
    ['[1,3]<stderr>:[2026-02-27 10:00:00. 89665: W horovod/common/stall_inspector.cc:105] waiting', 'WARN'],
    ['[2026-02-27 10:00:00.123456: E horovod/common/operations.cc:588] no', 'ERROR'],
    ['E 02-27 10:00:00 cloud_vm_ray_backend.py:2128] no', 'ERROR'],
    ['(worker1, rank=1, pid=2680, ip=10.0.7.223) WARNING: careful', 'WARN'],
    ['(raylet, ip=10.0.0.2) [2026-02-27 10:00:00,123 W 12 34] (raylet) careful', 'WARN'],
    ['2026-02-27 10:00:00.123456789 [E:onnxruntime:Default, inference_session.cc:12 Run] no', 'ERROR'],
    ['wandb: WARNING careful', 'WARN'],
    ['wandb: a run', 'UNSPECIFIED'],
    ['LAUNCH WARNING 2026-02-27 10:00:00,123 careful', 'WARN'],
    ['2026-02-27 10:00:00,123: rank3[12][MainThread]: ERROR: composer.trainer: no', 'ERROR'],
    ['[WARNING:swift] careful', 'WARN'],
    ['distributed.nanny - WARNING - careful', 'WARN'],
    ['a - b - WARNING - careful', 'UNSPECIFIED'],
    ['[2026-02-27 10:00:00,123: ERROR/ForkPoolWorker-1] no', 'ERROR'],
    ['26/02/27 10:00:00 WARN TaskSetManager: careful', 'WARN'],
    ['ray.exceptions.RayTaskError(ValueError): no', 'ERROR'],
    ['Error executing job with overrides: []', 'ERROR'],
    ['  + Exception Group Traceback (most recent call last):', 'ERROR'],
    ['<frozen importlib._bootstrap>:12: RuntimeWarning: careful', 'WARN'],
    ['  4%|▍         | 1/25 [00:00<00:10,  2.3it/s]', 'UNSPECIFIED'],
    ['Epoch 1: 100%|██████████| 12/12 [00:01<00:00, loss=0.1, error=0.2]', 'UNSPECIFIED'],
    ["{'loss': 2.1, 'level': 'error', 'epoch': 1.0}", 'UNSPECIFIED'],
  ],
  'logging libraries': [
    ['2026-02-27 23:17:01.123 | SUCCESS  | __main__:run:12 - x', 'INFO'],
    ['2026-02-27 23:17:01 [warning  ] careful                        key=1', 'WARN'],
    ['2026-02-27T23:17:01Z [error    ] no', 'ERROR'],
    ['msg="upstream said level=error" level=info', 'INFO'],
    ['msg="a \\"quoted\\" level=fatal" level=warn', 'WARN'],
    ['msg="upstream said level=error"', 'UNSPECIFIED'],
    ['time=2026-02-27T23:17:01.123Z level=ERROR msg="x"', 'ERROR'],
    ['ts=2026-02-27T23:17:01Z caller=x.go:1 level=debug msg=x', 'DEBUG'],
    ['2026-02-27T23:17:01.123Z\tERROR\tserver/main.go:12\tno', 'ERROR'],
    ['2026-02-27T23:17:01.123Z\twarn\tserver/main.go:12\tcareful', 'WARN'],
    ['2026/02/27 23:17:01 ERROR no err="x"', 'ERROR'],
    ['[2026-02-27T23:17:01Z WARN  my_crate] careful', 'WARN'],
    ["thread 'main' panicked at src/main.rs:2:5:", 'FATAL'],
    ['panic: runtime error: index out of range', 'FATAL'],
    ['fatal error: all goroutines are asleep - deadlock!', 'FATAL'],
    ['23:17:01.123 [main] ERROR com.example.App - no', 'ERROR'],
    ['27-Feb-2026 10:00:00.123 SEVERE [main] org.apache.catalina.core x', 'ERROR'],
    ['Exception in thread "main" java.lang.IllegalStateException: no', 'ERROR'],
    ['Caused by: java.io.IOException: no', 'ERROR'],
    ['prefix/0 {"level":"error","msg":"x"}', 'ERROR'],
    ['{"level":"warn","ts":1,"msg":"level=error"}', 'WARN'],
    ['{"@level":"error","@message":"x"}', 'ERROR'],
    ['{"@t":"2026-02-27T10:00:00Z","@l":"Warning","@m":"x"}', 'WARN'],
    ['{"Level":"Error","RenderedMessage":"x"}', 'ERROR'],
    ['{"PRIORITY":"3","MESSAGE":"x"}', 'ERROR'],
  ],
  'schedulers, servers and the system': [
    ['slurmstepd: error: *** STEP 123.0 ON node1 CANCELLED AT 2026-02-27T10:00:00 DUE TO TIME LIMIT ***', 'ERROR'],
    ['srun: error: node1: task 0: Exited with exit code 1', 'ERROR'],
    ["srun: warning: can't run 1 processes on 2 nodes", 'WARN'],
    ['[2026-02-27T10:00:00.123] error: slurm_receive_msg: no', 'ERROR'],
    ['3: RuntimeError: no', 'ERROR'],
    ['2026/02/27 23:17:01 [error] 12#12: *1 open() failed', 'ERROR'],
    ['2026/02/27 23:17:01 [emerg] 1#1: bind() failed', 'FATAL'],
    ['[Fri Feb 27 23:17:01.123456 2026] [core:error] [pid 12] no', 'ERROR'],
    ['<3>disk failure', 'ERROR'],
    ['<6>all is well', 'INFO'],
    ['Feb 27 23:17:01 host app[123]: ERROR no', 'ERROR'],
    ['2026-02-27T10:00:00.123456789Z stderr F E0227 10:00:00.123456 1 reflector.go:138] no', 'ERROR'],
    ['[pod/web-0/app] ERROR no', 'ERROR'],
    ['src/main.c:12:3: error: expected expression', 'ERROR'],
    ['Segmentation fault (core dumped)', 'ERROR'],
    ['Fatal Python error: Segmentation fault', 'FATAL'],
    ['Out of memory: Killed process 123 (python)', 'ERROR'],
    ['Killed', 'ERROR'],
    ['/bin/bash: line 1:   123 Killed                  python train.py', 'ERROR'],
    ['Killed 3 workers', 'UNSPECIFIED'],
    ['<div>', 'UNSPECIFIED'],
    ['[step 12] loss 0.1', 'UNSPECIFIED'],
    ['[12/240] all is well', 'UNSPECIFIED'],
    ['(I) think this is a list', 'UNSPECIFIED'],
  ],
};

describe.each(Object.entries(LINES))('the severity of a line of %s', (_kind, lines) => {
  test.each(lines)('%s', (line, severity) => {
    expect(severityOf(inferSeverity(line).number)).toBe(severity);
  });
});

describe('the table of formats', () => {
  test('has a source for each format, and one of the lines above matches it', () => {
    const lines = Object.values(LINES).flat();
    for (const { of, source, pattern, number } of FORMATS) {
      expect(source, of).toMatch(/^https:\/\//);
      // If no line has the format directly, it follows prefixes.
      const behind = (line: string): boolean =>
        Array.from({ length: Math.min(line.length, 120) }, (_, start) => line.slice(start)).some((text) =>
          pattern.test(text),
        );
      expect(
        lines.some(([line, severity]) => severity !== 'UNSPECIFIED' && behind(line)),
        of,
      ).toBe(true);
      expect(pattern.source.startsWith('^'), of).toBe(true);
      expect(pattern.source, 'no repetition without a bound').not.toMatch(/[^\\][*+](?![\\\]/\w. -])/);
      expect(number === undefined || number > 0).toBe(true);
    }
  });

  test('is fast on any line, even a long or hostile one', () => {
    const parts = [
      'a ',
      '[a] ',
      'a/1 ',
      '1: ',
      'a | ',
      '2026-02-27 10:00:00 ',
      'level=',
      '"',
      '\\',
      'a.b:1:',
      'Error',
      '(pid=1) ',
      'NCCL ',
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...parts), { minLength: 1, maxLength: 6 }), (chosen) => {
        const line = chosen.join('').repeat(2_000);
        const taken = cpuTimeOf(() => {
          for (let round = 0; round < 20; round += 1) inferSeverity(line);
        });
        // Unbounded backtracking would take seconds.
        expect(taken).toBeLessThan(1_000);
      }),
      { numRuns: 50 },
    );
  });
});
