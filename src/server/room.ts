/**
 * How many connections are held at once. Each takes a file descriptor, and so does every pipe to a git that answers it: a
 * burst that takes them all leaves nothing to answer with. Whoever comes beyond is refused at once, and may come again.
 */

/** Descriptors for each connection, its own included: a git has three pipes, and twice as many ends while it starts. */
const EACH = 4;
/** Where the machine does not say, or says there is no limit. */
const UNSAID = 1_024;

/** From what this process may open. The report is the one place where Node says it; its network part would ask DNS. */
export function roomForConnections(): number {
  Object.assign(process.report, { excludeNetwork: true });
  return connectionsWithin((process.report.getReport() as { userLimits?: { open_files?: { soft?: unknown } } }).userLimits?.open_files?.soft);
}

export const connectionsWithin = (descriptors: unknown): number => Math.max(8, Math.floor((typeof descriptors === 'number' ? descriptors : UNSAID) / EACH));
