/**
 * Names that a typist confuses with well-known ones. The list is short and our own: it holds what most projects ask for, and
 * neighbours of these that are themselves well known, so that they are not taken for a trap.
 */
import type { Ecosystem } from './manifests.ts';

const KNOWN: { readonly [E in Ecosystem]: ReadonlySet<string> } = {
  npm: words(
    'react preact react-dom react-router lodash lodash-es express axios moment chalk commander webpack typescript eslint prettier babel-core jquery request dotenv mongoose mongodb mysql mysql2 redis ioredis socket.io nodemon cross-env vue angular svelte next nuxt vite vitest jest mocha chai sinon cypress playwright puppeteer rollup esbuild tailwindcss postcss autoprefixer graphql apollo-server body-parser cors helmet passport jsonwebtoken bcrypt bcryptjs uuid async bluebird rxjs underscore yargs inquirer glob rimraf mkdirp semver debug colors color winston pino morgan node-fetch cross-fetch got superagent cheerio sharp multer formidable nodemailer electron discord.js three d3 chart.js date-fns dayjs immer redux zustand mobx ethers web3 crypto-js fs-extra minimist validator joi prisma sequelize knex typeorm sqlite3 better-sqlite3 handlebars mustache pug marked markdown-it highlight.js styled-components classnames prop-types ts-node tslib core-js regenerator-runtime concurrently husky lint-staged fastify hapi restify nestjs serverless aws-sdk firebase stripe twilio openai',
  ),
  python: words(
    'requests urllib3 numpy pandas scipy django flask fastapi starlette sqlalchemy pytest boto3 botocore setuptools pillow pyyaml cryptography pydantic click jinja2 tornado celery redis psycopg psycopg-binary psycopg2 psycopg2-binary pymysql beautifulsoup4 selenium scrapy matplotlib seaborn tensorflow torch transformers scikit-learn keras opencv-python aiohttp httpx gunicorn uvicorn black mypy ruff flake8 pylint coverage tox virtualenv python-dateutil python-dotenv colorama paramiko ansible rich tqdm attrs certifi chardet idna packaging markdown docutils sphinx lxml simplejson orjson grpcio protobuf openai anthropic langchain stripe',
  ),
  ruby: words(
    'rails rake rspec puma devise sidekiq nokogiri rack sinatra pg mysql2 redis faraday httparty rubocop capybara bundler activerecord bootsnap webpacker jwt bcrypt omniauth pundit cancancan kaminari simplecov factory_bot',
  ),
  cargo: words(
    'serde serde_json tokio rand clap regex anyhow thiserror reqwest hyper axum tracing futures chrono syn quote proc-macro2 libc bytes itertools rayon once_cell lazy_static log env_logger uuid base64 sha2 openssl rustls sqlx diesel',
  ),
  php: words('symfony/console symfony/http-foundation laravel/framework guzzlehttp/guzzle monolog/monolog phpunit/phpunit doctrine/orm twig/twig nesbot/carbon league/flysystem'),
  go: words(
    'github.com/gin-gonic/gin github.com/gorilla/mux github.com/sirupsen/logrus github.com/spf13/cobra github.com/spf13/viper github.com/stretchr/testify github.com/pkg/errors github.com/google/uuid github.com/boltdb/bolt github.com/lib/pq github.com/go-redis/redis github.com/prometheus/client_golang github.com/labstack/echo gorm.io/gorm google.golang.org/grpc go.uber.org/zap github.com/aws/aws-sdk-go',
  ),
};

function words(text: string): ReadonlySet<string> {
  return new Set(text.split(' '));
}

const LONG = 5;

/** The well-known name that this one is a slip away from. */
export function nearName(ecosystem: Ecosystem, name: string): string | undefined {
  const known = KNOWN[ecosystem];
  const lower = name.toLowerCase();
  if (known.has(lower) || lower.length > 100) return undefined;
  const bare = lower.replace(/[-_.]/g, '');
  for (const k of known) {
    if (k.length < LONG || Math.abs(k.length - lower.length) > 2) continue;
    if (k.replace(/[-_.]/g, '') === bare || oneSlip(k, lower)) return k;
  }
  return undefined;
}

/** One letter more, less, other, or two that change places. */
export function oneSlip(a: string, b: string): boolean {
  if (a === b || Math.abs(a.length - b.length) > 1) return false;
  let from = 0;
  while (from < Math.min(a.length, b.length) && a[from] === b[from]) from++;
  const rest = (text: string, skip: number): string => text.slice(from + skip);
  if (a.length !== b.length) return a.length > b.length ? rest(a, 1) === rest(b, 0) : rest(a, 0) === rest(b, 1);
  return rest(a, 1) === rest(b, 1) || (a[from] === b[from + 1] && a[from + 1] === b[from] && rest(a, 2) === rest(b, 2));
}
