/** The sandbox's vendors, described as a source of `vendor: rest`, as far as that can be done. */

type Config = Readonly<Record<string, unknown>>;

/** `source`: what the sandbox says of the vendor's own source. */
export const DESCRIPTIONS: Readonly<Record<string, (source: Config) => Config>> = {
  nemo: () => ({
    jobs: {
      list: {
        path: '/apis/jobs/v2/workspaces/default/jobs',
        query: { sort: '-created_at' },
        items: 'data',
        pagination: {
          scheme: 'page',
          sizeParameter: 'page_size',
          pageSize: 100,
          total: 'pagination.total_results',
        },
      },
      one: { path: '/apis/jobs/v2/workspaces/default/jobs/{job}' },
      key: 'name',
      status: 'status',
      statuses: { created: 'QUEUED', active: 'RUNNING', error: 'FAILED' },
      createdAt: 'created_at',
    },
    logs: {
      path: '/apis/jobs/v2/workspaces/default/jobs/{job}/logs',
      items: 'data',
      time: 'timestamp',
      message: 'message',
      // Rows have no id: what tells them apart beside their text.
      attributes: { step: 'job_step', task: 'job_task' },
      order: 'ascending',
      pagination: {
        scheme: 'token',
        parameter: 'page_cursor',
        next: 'next_page',
        sizeParameter: 'limit',
        pageSize: 1000,
        total: 'total',
      },
    },
  }),

  // One schedule of one job: a path has no place for what only the list of schedules says.
  sap: ({ job }) => ({
    jobs: {
      list: { path: `/scheduler/jobs/${String(job)}/schedules`, items: 'results', pagination: { scheme: 'whole' } },
      one: { path: `/scheduler/jobs/${String(job)}/schedules/{job}` },
      key: 'scheduleId',
      name: 'description',
      status: 'active',
      statuses: { true: 'ACTIVE', false: 'INACTIVE' },
      createdAt: 'startTime',
    },
    logs: {
      path: `/scheduler/jobs/${String(job)}/schedules/{job}/runs`,
      items: 'results',
      id: 'runId',
      time: ['completionTimestamp', 'executionTimestamp', 'scheduleTimestamp'],
      message: 'runText',
      severity: 'runState',
      severities: {
        SCHEDULED: 'INFO',
        TRIGGERED: 'INFO',
        ACK_RECVD: 'INFO',
        SUCCESS: 'INFO',
        ACK_NOT_RECVD: 'WARN',
        UNKNOWN: 'WARN',
        ERROR: 'ERROR',
        REQUEST_ERROR: 'ERROR',
        TIMEOUT: 'ERROR',
      },
      order: 'descending',
      pagination: { scheme: 'offset', sizeParameter: 'page_size', pageSize: 100, total: 'total' },
    },
  }),

  bytenite: () => ({
    jobs: {
      list: {
        path: '/jobs',
        query: { orderBy: 'createdAt desc' },
        items: 'data',
        pagination: {
          scheme: 'offset',
          parameter: 'pagination.offset',
          sizeParameter: 'pagination.limit',
          pageSize: 50,
          total: 'pagination.total',
          more: 'pagination.hasNext',
        },
      },
      one: { path: '/jobs/{job}', item: 'job' },
      key: 'id',
      name: 'name',
      status: 'state',
      statuses: {
        JOB_STATE_NEW: 'QUEUED',
        JOB_STATE_RUNNING: 'RUNNING',
        JOB_STATE_COMPLETE: 'SUCCEEDED',
        JOB_STATE_FAILED: 'FAILED',
      },
      createdAt: 'createdAt',
    },
    logs: {
      path: '/logs',
      method: 'POST',
      body: { jobId: '{job}', taskIds: [], levels: [], services: [] },
      items: ['partitioner', 'taskrunner.*.logs', 'assembler'],
      time: 'timestamp',
      message: 'log',
      severity: 'level',
      severities: { UNKNOWN: 'UNSPECIFIED' },
      attributes: { container: 'container' },
      order: 'ascending',
      pagination: { scheme: 'whole' },
    },
  }),

  softwareone: () => ({
    jobs: {
      list: {
        path: '/public/v1/system/tasks',
        query: { select: '+audit', order: '-audit.created.at,-id' },
        items: 'data',
        pagination: { scheme: 'offset', sizeParameter: 'limit', pageSize: 100, total: "['$meta'].pagination.total" },
      },
      one: { path: '/public/v1/system/tasks/{job}' },
      key: 'id',
      name: 'name',
      status: 'status',
      statuses: { Processing: 'RUNNING', Blocked: 'QUEUED', Rescheduled: 'QUEUED' },
      createdAt: 'audit.created.at',
    },
    logs: {
      path: '/public/v1/system/tasks/{job}/logs',
      items: 'data',
      id: 'id',
      time: 'timestamp',
      message: 'message',
      severity: 'severity',
      severities: { Failure: 'FATAL' },
      order: { parameter: 'order', ascending: 'timestamp,id', descending: '-timestamp,-id' },
      pagination: { scheme: 'offset', sizeParameter: 'limit', pageSize: 100, total: "['$meta'].pagination.total" },
    },
  }),

  deepset: () => ({
    jobs: {
      list: {
        path: '/api/v1/workspaces/production/pipelines',
        items: 'data',
        pagination: {
          scheme: 'page',
          parameter: 'page_number',
          sizeParameter: 'limit',
          pageSize: 100,
          total: 'total',
          more: 'has_more',
        },
      },
      one: { path: '/api/v1/workspaces/production/pipelines/{job}' },
      key: 'name',
      status: 'status',
      statuses: {
        DEPLOYED: 'ACTIVE',
        IDLE: 'ACTIVE',
        UNDEPLOYED: 'INACTIVE',
        DEPLOYMENT_IN_PROGRESS: 'QUEUED',
        DEPLOYMENT_FAILED: 'FAILED',
      },
      createdAt: 'created_at',
    },
    logs: {
      path: '/api/v1/workspaces/production/pipelines/{job}/logs',
      items: 'data',
      id: 'log_id',
      time: 'logged_at',
      message: 'message',
      severity: 'level',
      attributes: { origin: 'origin' },
      order: { parameter: 'order', ascending: 'ASC', descending: 'DESC' },
      pagination: {
        scheme: 'time',
        parameter: 'after',
        sizeParameter: 'limit',
        pageSize: 100,
        total: 'total',
        more: 'has_more',
      },
    },
  }),
};
