/** SH103: command lines of clouds, told to delete. */
import type { Asked, Hit } from './hit.ts';
import { SH103 } from './rules.ts';

const hit = (why: string, severity?: Hit['severity']): Hit => ({ make: SH103, why, ...(severity === undefined ? {} : { severity }) });

/** One message, tag or version: nothing that runs goes with it. */
const SMALL =
  /^(?:delete-(?:message|message-batch|tags?|object-tagging|change-set|log-stream|parameters?|object|objects|item|metric-filter|alarms|ecr-|repository-policy|lifecycle-policy|association|comment|annotation|resource-tags)|batch-delete-image|deregister-(?:task-definition|targets|image))/;

export function cloud(a: Asked): Hit | undefined {
  if (a.onlyShows || a.has('--generate-cli-skeleton', '--dryrun')) return undefined;
  if (/^(?:aws|awslocal|aws2|awscli)$/.test(a.tool)) return aws(a);
  if (a.has('--skip-final-snapshot')) return hit('deletes a database without a last snapshot');
  if (/^(?:gcloud|gsutil|bq)$/.test(a.tool)) return google(a);
  if (a.tool === 'az') return a.args.some((x) => /^(?:delete|purge|delete-batch)$/.test(x)) ? hit('deletes cloud resources') : undefined;
  if (
    /^(?:doctl|hcloud|ibmcloud|oci|fly|flyctl|heroku|linode-cli|scw|openstack|civo|vultr-cli|railway|render|vercel|netlify|wrangler|supabase|neonctl|pscale|atlas|ovhcloud|exo|turso)$/.test(
      a.tool,
    )
  )
    return a.args.some((x) => /^(?:delete|rm|remove|destroy|apps:destroy|pg:reset|addons:destroy|purge|reset)$/.test(x)) && !small(a) ? hit('deletes cloud resources') : undefined;
  if (/^(?:s3cmd|s5cmd|mc|rclone|azcopy|b2)$/.test(a.tool)) return buckets(a);
  return undefined;
}

const small = (a: Asked): boolean => /^(?:vercel|netlify|wrangler)$/.test(a.tool) && a.args.some((x) => /^(?:env|alias|deployment|secret)$/.test(x));

function aws(a: Asked): Hit | undefined {
  if (a.tool === 'awslocal' || /localhost|127\.0\.0\.1|localstack/.test(a.value('--endpoint-url') ?? '')) return undefined;
  const verb = a.args.find(
    (x, i) => i < 12 && /^(?:delete-|terminate-|deregister-|purge-|schedule-key-deletion|batch-delete-|disable-key|remove-tags-never|reset-|release-address|empty-)/.test(x),
  );
  if (verb !== undefined) return hit('deletes cloud resources', SMALL.test(verb) ? 'high' : undefined);
  if (a.has('--skip-final-snapshot')) return hit('deletes a database without a last snapshot');
  const s3 = a.args.indexOf('s3');
  if (s3 < 0) return undefined;
  const rest = a.args.slice(s3 + 1);
  if (rest.includes('rb')) return hit('deletes a bucket', a.has('--force') ? undefined : 'high');
  if (rest.includes('rm')) return hit(a.has('--recursive') ? 'deletes everything below a prefix' : 'deletes an object', a.has('--recursive') ? undefined : 'high');
  return rest.includes('sync') && a.has('--delete') ? hit('deletes in a bucket whatever is not here') : undefined;
}

function google(a: Asked): Hit | undefined {
  if (a.tool === 'gsutil') {
    if (a.args.includes('rb')) return hit('deletes a bucket');
    if (a.args.includes('rsync')) return a.letter('d') ? hit('deletes in a bucket whatever is not here') : undefined;
    return a.args.includes('rm') ? hit('deletes objects', a.letter('r') || a.letter('R') || a.args.some((x) => /\*\*?$/.test(x)) ? undefined : 'high') : undefined;
  }
  if (a.args.some((x) => /^(?:delete|rm|destroy|purge)$/.test(x)))
    return hit('deletes cloud resources', a.args.some((x) => /^(?:tags?|labels?|access-config|untag)$/.test(x)) ? 'high' : undefined);
  return a.args.some((x) => /^--delete-unmatched-destination-objects$/.test(x)) ? hit('deletes in a bucket whatever is not here') : undefined;
}

function buckets(a: Asked): Hit | undefined {
  const [verb = ''] = a.verbs;
  if (/^(?:rb|purge|remove|delete|rmdirs)$/.test(verb)) return hit('deletes a bucket or all of a prefix', a.tool === 'azcopy' && !a.has('--recursive') ? 'high' : undefined);
  if (/^(?:rm|del)$/.test(verb)) return hit('deletes objects', a.has('--recursive', '--force') || a.letter('r') || a.args.some((x) => x.endsWith('*')) ? undefined : 'high');
  if (a.tool === 'rclone' && verb === 'sync') return hit('deletes at the other end whatever is not here', 'high');
  return (verb === 'mirror' && a.has('--remove')) || (verb === 'sync' && a.has('--delete-removed', '--delete')) ? hit('deletes at the other end whatever is not here') : undefined;
}
