/** The rules of commands (SH101 to SH110): what each says, and what would make it safe. */
import { rule } from '../finding.ts';

export const SH101 = rule('SH101', 'rm-variable', 'critical', 'exact', [
  'the expansion is guarded, as in "$VAR:?" with braces',
  'the folder is one that the script made itself with mktemp -d',
]);
export const SH102 = rule('SH102', 'infra-destroy', 'critical', 'exact', [
  'the command is run by hand, by its owner, with a plan',
  'it names one thing (-target), or what this script made itself',
]);
export const SH103 = rule('SH103', 'cloud-delete', 'critical', 'exact', ['the command is run by hand, by its owner']);
export const SH104 = rule('SH104', 'disk', 'critical', 'exact', ['the device is a scratch one, made in this script']);
export const SH105 = rule('SH105', 'data-tools', 'critical', 'exact', ['the target is a throw-away database']);
export const SH106 = rule('SH106', 'git-history', 'high', 'exact', ['history is kept']);
export const SH107 = rule('SH107', 'fetched-code', 'high', 'exact', ['the download is pinned by digest']);
export const SH108 = rule('SH108', 'safety-off', 'high', 'exact', ['the check still stops the script', 'certificates and host keys are still verified']);
export const SH109 = rule('SH109', 'fleet-wide', 'high', 'exact', ['hosts are taken in batches', 'what is deleted is named']);
export const SH110 = rule('SH110', 'prod-context', 'high', 'exact', ['production is named by whoever runs it, not by the script']);
