/**
 * Where launchers, libraries and servers write the level of a line, as a table with sources. Every pattern is anchored
 * at the start and has bounded repetitions; patterns are tried in this order. The first group is the level, unless the
 * format has a fixed one.
 */

export interface SeverityFormat {
  /** The programs that write this format. */
  readonly of: string;
  /** The definition of the format, or examples of such lines. */
  readonly source: string;
  readonly pattern: RegExp;
  /** The severity number of this format, if its lines name no level. */
  readonly number?: number;
}

/** Level words that are recognised in running text; `fine`, `ok` or `note` begin too many sentences. */
export const WORD =
  'TRACE|DEBUG|VERBOSE|INFO|INFORMATION|NOTICE|SUCCESS|WARN|WARNING|ERROR|ERR|SEVERE|ALERT|CRITICAL|CRIT|FATAL|EMERG|EMERGENCY|PANIC';

const ERROR = 17;
const FATAL = 21;
const PANIC = 22;
const WARN = 13;

export const FORMATS: readonly SeverityFormat[] = [
  {
    // PyTorch does not pad the month (`W311`), JAX and XLA write zeros for the date, some builds add the year.
    of: 'glog, klog, absl, PyTorch c10, torchrun, Triton Inference Server, JAX',
    source:
      'https://google.github.io/glog/stable/logging/#log-line-prefix-format https://github.com/pytorch/pytorch/pull/105695',
    pattern: /^\[?([VDIWEF])\d{3,8} \d{2}:\d{2}:\d{2}/,
  },
  {
    of: 'PyTorch c10 without glog, tornado and Jupyter, Optuna, and loggers that put a name before the letter',
    source:
      'https://github.com/pytorch/pytorch/blob/main/c10/util/Logging.cpp https://www.tornadoweb.org/en/stable/log.html',
    pattern: /^\[(?:[\w.-]{1,20} )?([VDIWECF]) (?:\d{2,4}-?\d{2}-?\d{2}|\d{2}:\d{2}:\d{2}|[\w./-]{1,100}:\d{1,7}\b)/,
  },
  {
    of: 'Ray (raylet, GCS, core worker)',
    source: 'https://docs.ray.io/en/latest/ray-observability/user-guides/configure-logging.html',
    pattern: /^\[\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}[.,]\d{1,9} ([DIWEFC]) \d{1,9} \d{1,9}\]/,
  },
  {
    // Horovod pads the fraction with blanks.
    of: 'TensorFlow, XLA, Horovod',
    source:
      'https://github.com/tensorflow/tensorflow/blob/master/third_party/xla/third_party/tsl/tsl/platform/default/logging.cc https://github.com/horovod/horovod/issues/1890',
    pattern: /^\[?\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}[.,] {0,8}\d{1,9}: ([VDIWEF]) [\w./-]{1,200}:\d{1,7}\]/,
  },
  {
    of: 'SkyPilot',
    source: 'https://github.com/skypilot-org/skypilot/pull/1434',
    pattern: /^([DIWEC]) \d{2}-\d{2} \d{2}:\d{2}:\d{2} [\w.]{1,100}:\d{1,7}\]/,
  },
  {
    of: 'ONNX Runtime',
    source: 'https://github.com/microsoft/onnxruntime/issues/2921',
    pattern: /^\[([VIWEF]):onnxruntime:/,
  },
  {
    of: 'Weights & Biases',
    source: 'https://github.com/wandb/docs/pull/1464',
    pattern: /^wandb: (WARNING|ERROR) /,
  },
  {
    of: "PaddlePaddle's launcher",
    source: 'https://github.com/canonical/bundle-kubeflow/issues/610',
    pattern: new RegExp(`^LAUNCH (${WORD}) \\d{4}-`),
  },
  {
    of: 'Celery',
    source: 'https://docs.celeryq.dev/en/stable/userguide/configuration.html#worker-log-format',
    pattern: new RegExp(`^\\[\\d{4}-\\d{2}-\\d{2} \\d{2}:\\d{2}:\\d{2}[.,]\\d{1,9}: (${WORD})/`),
  },
  {
    of: 'NCCL, RCCL',
    source: 'https://github.com/NVIDIA/nccl/blob/master/src/debug.cc https://github.com/NVIDIA/nccl/issues/226',
    pattern:
      /^(?:[\w.-]{1,100}:\d{1,9}:\d{1,9} )?(?:\[\d{1,4}\] )?(?:[\w./-]{1,100}:\d{1,6} )?NCCL (WARN|INFO|TRACE)\b/,
  },
  {
    of: 'UCX',
    source:
      'https://github.com/openucx/ucx/blob/master/src/ucs/debug/log.c https://github.com/open-mpi/ompi/issues/6084',
    pattern:
      /^\[\d{1,12}\.\d{1,9}\] \[[^\]]{1,150}\] {1,40}[\w.-]{1,60}:\d{1,6} {1,4}UCX {1,4}(FATAL|ERROR|WARN|INFO|DEBUG|TRACE)\b/,
  },
  {
    of: 'transformers',
    source: 'https://huggingface.co/docs/transformers/main_classes/logging',
    pattern: new RegExp(`^\\[(${WORD})\\|`),
  },
  {
    of: 'sd-daemon, the kernel',
    source: 'https://www.freedesktop.org/software/systemd/man/latest/sd-daemon.html',
    pattern: /^<([0-7])>/,
  },
  {
    // Also after a time, which is skipped as a prefix: structlog, nginx, TensorRT's `[E]`.
    of: 'levels in brackets: TensorRT-LLM, TensorRT, DeepSpeed, Hydra, ms-swift, structlog, nginx, spdlog',
    source:
      'https://github.com/NVIDIA/TensorRT-LLM/issues/2637 https://github.com/open-mmlab/mmdeploy/pull/1755 https://www.structlog.org/en/stable/console-output.html https://nginx.org/en/docs/ngx_core_module.html#error_log',
    pattern: new RegExp(`^(?:\\[(?:\\w{1,20}:)?|[(<])(${WORD}|[VDIWEF](?=\\])) {0,10}(?::[\\w.]{1,60})?[\\])>]`, 'i'),
  },
  {
    of: 'Slurm, GNU programs, compilers',
    source: 'https://slurm.schedmd.com/srun.html https://www.gnu.org/prep/standards/html_node/Errors.html',
    pattern: new RegExp(`^[\\w./+-]{1,100}(?:\\[\\d{1,9}\\]|(?::\\d{1,7}){1,2})?: {1,4}(?:fatal )?(${WORD}):`, 'i'),
  },
  {
    of: 'Open MPI components',
    source: 'https://github.com/open-mpi/ompi/issues/7768',
    pattern: new RegExp(`^[\\w.-]{1,60}\\.\\w{1,4}:\\d{1,6} {1,4}(${WORD}):`, 'i'),
  },
  {
    of: 'python -m logging and many others: a level, then what it is about',
    source: 'https://docs.python.org/3/library/logging.html#logging.basicConfig',
    pattern: new RegExp(`^(${WORD})(?: ?:| - | \\| |\\t)`, 'i'),
  },
  {
    of: 'Dask and others: the name of a logger, then a level',
    source: 'https://github.com/dask/distributed/discussions/8258',
    pattern: new RegExp(`^[\\w.]{1,100} - (${WORD}) - `),
  },
  {
    of: 'vLLM, Ray, uvicorn: a level in capitals, then a time or a text',
    source: 'https://github.com/vllm-project/vllm/issues/16259',
    pattern: new RegExp(`^(${WORD})(?=[\\s,;()[\\]<>]|$)`),
  },
  {
    of: 'Rust',
    source: 'https://doc.rust-lang.org/std/macro.panic.html',
    pattern: /^thread '[^']{0,60}'(?: \(\d{1,9}\))? panicked at /,
    number: PANIC,
  },
  {
    of: 'CPython, Go, CUDA compilers',
    source: 'https://docs.python.org/3/library/faulthandler.html',
    pattern: /^(?:Fatal Python error: |fatal error: |nvcc fatal {1,6}: )/,
    number: FATAL,
  },
  {
    of: 'exceptions of Python and Java, Ray and Hydra',
    source: 'https://docs.python.org/3/library/traceback.html https://github.com/hydra-ecosystem/hydra/issues/2989',
    pattern:
      /^(?:(?:\+ Exception Group )?Traceback \(most recent call last\):|Exception in thread |Caused by: [\w.$]{1,120}|[\w.]{0,120}(?:Error|Exception)(?:\([\w.]{1,120}\))?(?::|$)|Error executing job with overrides: )/,
    number: ERROR,
  },
  {
    of: 'what ends a process: C++, signals, CUDA, the shell, the kernel',
    source:
      'https://docs.nvidia.com/cuda/cuda-runtime-api/group__CUDART__TYPES.html https://github.com/NVIDIA/NVSentinel/issues/155 https://github.com/NVIDIA/deepops/issues/942',
    pattern:
      /^(?:CUDA (?:driver |runtime )?error|[\w./-]{1,200}:\d{1,7}: \w{1,100}: block: \[[\d,]{1,40}\], thread: \[[\d,]{1,40}\] Assertion |NVRM: Xid |(?:[\w./-]{1,60}: line \d{1,7}: {1,8}\d{1,9} )?Killed(?: {2}|$)|terminate called (?:after|without)|Segmentation fault|Bus error|Aborted \(core dumped\)|Out of memory: Kill|oom-kill|Caught signal \d|\*{3} (?:Process received signal|SIG[A-Z]{2,10}|Aborted at)|!{3,20} ?Segfault)/,
    number: ERROR,
  },
  {
    of: 'MPI launchers',
    source: 'https://github.com/NVIDIA/TensorRT-LLM/issues/2813 https://github.com/open-mpi/ompi/issues/11669',
    pattern:
      /^(?:MPI_ABORT was invoked|\*{3} An error occurred in MPI_|PMIX ERROR|ORTE_ERROR_LOG|mpirun noticed that process|Abort\(\d{1,12}\) on node)/,
    number: ERROR,
  },
  {
    of: "Python's warnings (PyTorch, Lightning, transformers)",
    source: 'https://docs.python.org/3/library/warnings.html#warnings.formatwarning',
    pattern: /^(?:\S{1,200}|<[\w .]{1,100}>):\d{1,7}: [A-Za-z]{0,60}Warning: /,
    number: WARN,
  },
];

/** A date or time at the start of a line. */
const TIME =
  '(?:\\d{4}[-/]\\d{2}[-/]\\d{2}(?:[T ]\\d{2}:\\d{2}:\\d{2})?|\\d{2}/\\d{2}/(?:\\d{2}|\\d{4})[- ]\\d{2}:\\d{2}:\\d{2}|\\d{2}-[A-Z][a-z]{2}-\\d{4} \\d{2}:\\d{2}:\\d{2}|\\d{2}:\\d{2}:\\d{2}|[A-Z][a-z]{2} [ \\d]\\d \\d{2}:\\d{2}:\\d{2})';

export const BEGINS_WITH_TIME = new RegExp(`^[[(]?${TIME}`);

/** Prefixes that other programs add to a line. They are skipped if the start of the line names no level. */
export const PREFIXES: readonly RegExp[] = [
  // The kubelet's files (CRI): time, stream, and whether the line is whole.
  /^\d{4}-\d{2}-\d{2}T[\d:.]{8,20}\S{1,6} std(?:out|err) [FP] /,
  new RegExp(`^[[(]?${TIME}(?:[.,]\\d{1,9})?(?:Z|[+-]\\d{2}:?\\d{2})?[\\])]?[\\s:|,-]{1,8}`),
  // syslog, after the time: host and program.
  /^[\w.-]{1,80} [\w./-]{1,80}\[\d{1,9}\]: /,
  // torchx and runners built on it: `role/replica`.
  /^[\w.-]{1,80}\/\d{1,6} /,
  // Ray: the actor and its location. SkyPilot: the node and its rank, too.
  /^\((?:[\w.:+-]{1,80},? ){0,2}(?:rank=\d{1,6}, )?(?:pid=\d{1,9}|raylet|gcs_server|autoscaler)(?:, ip=[\d.a-fA-F:]{2,45})?\) /,
  // Composer, after the time: the rank, the process and the thread.
  /^rank\d{1,6}\[\d{1,9}\]\[[\w-]{1,60}\]: /,
  // srun --label, mpirun --tag-output, pdsh and DeepSpeed's launcher, docker compose.
  /^ {0,4}\d{1,6}: /,
  /^\[\d{1,9},\d{1,6}\]<std(?:out|err)>: ?/,
  /^[A-Za-z][\w.-]{0,80}\d: /,
  /^[\w.-]{1,80} {1,40}\| /,
  // `[rank3]:`, `[default0]:`, `[host:1234]`, `[TRT-LLM] [RANK 0]`, `[pod/name/container]`, a logger's name.
  /^\[[^\][]{1,150}\][: ]{0,3}(?:- )?/,
];
