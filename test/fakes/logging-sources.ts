/** Under which resource a kind of unit logs, and the label that bears its name. */
export type LogsAs = Readonly<Record<"service" | "function" | "job" | "scheduled", { readonly type: string; readonly label: string }>>;

/** As the platform does it: a function of the second generation is a service underneath. */
export const platformLogsAs: LogsAs = {
  service: { type: "cloud_run_revision", label: "service_name" },
  function: { type: "cloud_run_revision", label: "service_name" },
  job: { type: "cloud_run_job", label: "job_name" },
  scheduled: { type: "cloud_scheduler_job", label: "job_id" },
};
