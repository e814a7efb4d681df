/** Studies on a cluster: job arrays of Slurm's that train the runs. @module */
export { readTasks, studyWord } from "./arrays.ts";
export { clusterFolder, jobName, joinOutcomes } from "./outcomes.ts";
export { cancelTasks, isAlive, type QueuedTask, queuedTasks } from "./queued.ts";
export { checkResources, type Resources } from "./resources.ts";
export { SlurmQueue } from "./slurm_queue.ts";
export { slurmTask } from "./slurm_task.ts";
