/** All that the rules say of one command, with whatever tool it starts behind others: `sudo`, `timeout 5`, `docker run x`. */
import { cloud } from './cloud.ts';
import { databases, disks } from './data-tools.ts';
import { Asked, type Hit } from './hit.ts';
import { infra } from './infra.ts';
import { SAYS, SHOWS } from './nested.ts';
import { production } from './production.ts';
import { type Command, type Script, toolName } from './script.ts';
import { trees } from './trees.ts';
import { fetched, fleet, history, safety } from './unsafe.ts';

const LOOKS = [trees, infra, cloud, disks, databases, history, fetched, safety, fleet, production];

/** Tools that the rules know: found behind another command, they are what it starts. */
const KNOWN =
  /^(?:rm|terraform|tofu|terragrunt|pulumi|cdk|cdktf|sst|vagrant|sls|serverless|helm|helmfile|kubectl|oc|eksctl|kops|argocd|flux|nomad|velero|aws|gcloud|gsutil|bq|az|doctl|hcloud|heroku|flyctl|fly|oci|s3cmd|rclone|mc|dd|mkfs(?:\.\w+)?|wipefs|lvremove|vgremove|pvremove|zpool|zfs|blkdiscard|dropdb|psql|mysql|mongo|mongosh|redis-cli|kafka-topics(?:\.sh)?|rails|rake|prisma|artisan|manage\.py|alembic|flyway|liquibase|mysqladmin|cqlsh|clickhouse-client|aws-nuke|cloud-nuke|ansible-playbook|git|find|rsync|systemctl|chmod|iptables|pkill|killall|crontab|juju|etcdctl|consul|curl|eval|bash|sh)$/;

/** Those whose words are never another command. */
const FINAL =
  /^(?:rm|terraform|tofu|pulumi|helm|helmfile|aws|gcloud|gsutil|az|psql|mysql|git|rsync|systemctl|chmod|eksctl|kops|argocd|flux|curl|wget|dropdb|redis-cli|make|ansible-playbook|dd|for|case)$/;
const STARTS = /^(?:exec|run|debug)$/;

export function look(command: Command, script: Script): readonly Hit[] {
  return starts(command).flatMap((at) => {
    const asked = new Asked(command.words.slice(at), command, script);
    return LOOKS.flatMap((l) => l(asked) ?? []);
  });
}

/** Positions of words at which a command begins. At most a handful: who writes a line decides how often it names a tool. */
function starts({ words }: Command): readonly number[] {
  const name = toolName(words[0]);
  const shows = SHOWS.test(name) || (SAYS.test(name) && !KNOWN.test(name));
  if (shows || FINAL.test(name)) return [0];
  const runs = !/^(?:kubectl|oc|docker|podman)$/.test(name) || words.slice(1, 8).some((w) => STARTS.test(w.text));
  const found = [0];
  for (let i = 1; i < words.length && found.length < 6 && runs; i++) {
    const tool = toolName(words[i]);
    // the rest belongs to it
    if (KNOWN.test(tool) && !words[i]?.text.endsWith('/')) {
      found.push(i);
      if (FINAL.test(tool)) break;
    }
  }
  return found;
}
