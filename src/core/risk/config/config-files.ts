/** Which files configure something that runs, by name. The rest of the world's YAML and JSON is data of other kinds. */
import { kindsOf } from '../kinds.ts';
import { baseName, isGenerated, isProse, isRehearsal, isTranslation, isVendored } from '../source/files.ts';
import { guardKindOf } from '../source/guard-files.ts';

const FORMAT =
  /\.(?:ya?ml|json[c5]?|toml|ini|cfg|conf|config|properties|props|env|cnf|tf|tofu|hcl|tfvars|nomad|tpl|j2)$|(?:^|\/)\.env(?:\.[\w.-]+)?$|\.(?:ya?ml|conf|cfg|ini|env|cnf)\.(?:erb|j2|tpl|tmpl)$/i;
/** Of tools and editors, schemas, lists of dependencies, pictures of metrics: none of it configures what serves. */
const NOT =
  /(?:^|\/)(?:package(?:-lock)?|npm-shrinkwrap|composer|tsconfig[^/]*|jsconfig|lerna|nx|project|turbo|angular|deno|bower|renovate|\.?babelrc|\.prettierrc[^/]*|\.swcrc|api-extractor|typedoc|rush|manifest|components|devcontainer|launch|settings|tasks|extensions)\.json[c5]?$|(?:^|\/)(?:Cargo|pyproject|poetry|uv|Pipfile|Gopkg|rustfmt|rust-toolchain|clippy)\.toml$|\.lock$|-lock\.(?:json|ya?ml)$|schema[^/]*\.(?:json|ya?ml)$|(?:^|\/)(?:dashboards?|schemas?|crds?|\.vscode|\.idea|\.devcontainer|\.changeset|\.yarn|openapi|swagger|assets|data|dict|dictionaries)\/|(?:^|\/)(?:setup|tox|pytest|mypy|\.flake8|pylintrc)\.?(?:cfg|ini)?$|(?:^|\/)\.(?:pre-commit-config|readthedocs|codecov|travis|appveyor|cirrus|mailmap|editorconfig|gitlab-ci)|(?:^|\/)(?:openapi|swagger|asyncapi|mkdocs|codecov|crowdin|dependabot|labeler|renovate)[^/]*\.(?:ya?ml|json5?)$|\.(?:avsc|snap|ipynb|geojson)$/i;

export type Weight = 'production' | 'pipeline' | 'rehearsal';

/** undefined: not configuration. A pipeline and a test may wait or fail; nobody outside notices. */
export function configWeight(path: string): Weight | undefined {
  if (!FORMAT.test(path) || NOT.test(path) || isTranslation(path) || isProse(path) || isVendored(path) || isGenerated(path)) return undefined;
  if (guardKindOf(path) !== undefined) return undefined;
  if (kindsOf(path).includes('workflow') || /(?:^|\/)\.(?:github|gitlab|circleci|buildkite|ci)\//.test(path)) return 'pipeline';
  return isRehearsal(path) || /(?:^|[/_.-])(?:tests?|dev|development|local|sandbox|ci|mock)(?:[/_.-]|$)/i.test(baseName(path)) ? 'rehearsal' : 'production';
}
