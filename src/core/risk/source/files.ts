/**
 * What a path says of its text: source code, tests, translations, what others wrote and is kept here. An author chooses paths, so
 * being a test lowers a finding and never silences one, unless the rule is about running code alone.
 */

const CODE =
  /\.(?:[cm]?[jt]sx?|py|pyi|rb|erb|rake|go|java|kts?|scala|groovy|rs|php|cs|cshtml|razor|fs|vb|c|cc|cpp|cxx|h|hh|hpp|m|mm|swift|dart|exs?|erl|clj|cljs|lua|pl|pm|r|jl|hs|ml|sh|bash|zsh|ps1|vue|svelte|pp|tf)$/i;
const TRANSLATION =
  /\.(?:po|pot|xlf|xliff|arb|strings|stringsdict|resx|ftl)$|(?:^|[/_.-])(?:locales?|i18n|l10n|translations?|lang|langs|languages|messages)\/.*\.(?:json|ya?ml|properties|php|toml|[jt]s|lua|xml)$|(?:^|\/)(?:messages|strings)[_-][a-z]{2}(?:[_-][A-Z]{2})?\.(?:properties|json)$/i;
const TEST =
  /(?:^|\/)(?:tests?|specs?|__tests__|__mocks__|testing|testdata|test[-_](?:data|utils|suites?|apps?|integration|fixtures)|fixtures?|e2e|[\w-]*integration-tests?|e2e-tests|mocks?|snapshots?|__snapshots__|cypress)\/|(?:^|\/)test_[^/]*\.py$|(?:^|\/)conftest\.py$|[._-](?:test|tests|spec|e2e|cy|stories|bench)\.[a-z]{1,5}$|(?:Tests?|Spec|IT)\.(?:java|kt|scala|groovy|cs|php|swift)$|_(?:test|spec)\.[a-z]{1,4}$/;
const SAMPLE =
  /(?:^|[/_.-])(?:examples?|samples?|demos?|docs?|documentation|tutorials?|benchmarks?|dev-packages)(?:\/|[._-])|\.(?:md|mdx|rst|adoc|ipynb)$|\.(?:example|sample|template|dist)$/i;
const VENDORED = /(?:^|\/)(?:vendor(?:ed|_modules)?|third[_-]?party|external|node_modules|bower_components|Godeps|deps\/[^/]+)\//i;
const GENERATED =
  /(?:^|\/)(?:dist|build|out|generated|__generated__)\/|\.(?:min|bundle|generated|g|pb|gen)\.[a-z]{1,5}$|(?:_pb2|_pb2_grpc|\.pb|_generated)\.[a-z]{1,4}$|(?:^|\/)zz_generated/i;
const PROSE = /\.(?:md|mdx|markdown|txt|rst|adoc|asciidoc|html?|tex|org)$|(?:^|\/)(?:readme|license|licence|changelog|authors|notice|copying|thanks)[^/]*$/i;

export const isCode = (path: string): boolean => CODE.test(path);
export const isTranslation = (path: string): boolean => TRANSLATION.test(path);
export const isTest = (path: string): boolean => TEST.test(path);
/** Nobody runs it where it could hurt: tests, examples, documentation. */
export const isRehearsal = (path: string): boolean => isTest(path) || SAMPLE.test(path);
export const isVendored = (path: string): boolean => VENDORED.test(path);
export const isGenerated = (path: string): boolean => GENERATED.test(path);
export const isProse = (path: string): boolean => PROSE.test(path);
export const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
export const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));
