/** Terraform resource types that hold state, and attributes whose change destroys and recreates them. Data. */

/** Loss of one of these is loss of data, keys or an identity that cannot be made again. */
const STATEFUL = new Set(
  `aws_db_instance aws_rds_cluster aws_rds_cluster_instance aws_rds_global_cluster aws_db_snapshot aws_db_cluster_snapshot aws_docdb_cluster
  aws_docdb_cluster_instance aws_neptune_cluster aws_neptune_cluster_instance aws_dynamodb_table aws_dynamodb_global_table aws_efs_file_system
  aws_fsx_lustre_file_system aws_fsx_ontap_file_system aws_fsx_openzfs_file_system aws_fsx_windows_file_system aws_ebs_volume aws_ebs_snapshot
  aws_elasticache_cluster aws_elasticache_replication_group aws_elasticache_serverless_cache aws_memorydb_cluster aws_opensearch_domain
  aws_elasticsearch_domain aws_opensearchserverless_collection aws_redshift_cluster aws_redshiftserverless_namespace aws_kinesis_stream
  aws_kinesis_firehose_delivery_stream aws_msk_cluster aws_msk_serverless_cluster aws_mq_broker aws_kms_key aws_s3_bucket aws_s3_object
  aws_s3tables_table_bucket aws_sqs_queue aws_secretsmanager_secret aws_secretsmanager_secret_version aws_ssm_parameter aws_cognito_user_pool
  aws_cognito_identity_pool aws_cloudwatch_log_group aws_backup_vault aws_backup_plan aws_organizations_account aws_route53_zone aws_ecr_repository
  aws_eks_cluster aws_timestreamwrite_table aws_qldb_ledger aws_keyspaces_table aws_glacier_vault aws_athena_database aws_glue_catalog_database
  aws_codecommit_repository aws_acmpca_certificate_authority aws_eip aws_directory_service_directory aws_lightsail_database aws_workspaces_workspace
  google_sql_database_instance google_sql_database google_spanner_instance google_spanner_database google_bigtable_instance google_bigtable_table
  google_bigquery_dataset google_bigquery_table google_storage_bucket google_compute_disk google_compute_region_disk google_compute_snapshot
  google_filestore_instance google_redis_instance google_redis_cluster google_memcache_instance google_pubsub_topic google_pubsub_subscription
  google_kms_key_ring google_kms_crypto_key google_secret_manager_secret google_container_cluster google_artifact_registry_repository
  google_dns_managed_zone google_firestore_database google_alloydb_cluster google_alloydb_instance google_project google_logging_project_bucket_config
  azurerm_mssql_server azurerm_mssql_database azurerm_sql_database azurerm_postgresql_server azurerm_postgresql_flexible_server
  azurerm_postgresql_database azurerm_mysql_flexible_server azurerm_mysql_server azurerm_mariadb_server azurerm_cosmosdb_account
  azurerm_cosmosdb_sql_database azurerm_cosmosdb_sql_container azurerm_storage_account azurerm_storage_container azurerm_storage_share
  azurerm_managed_disk azurerm_redis_cache azurerm_eventhub azurerm_eventhub_namespace azurerm_servicebus_queue azurerm_servicebus_topic
  azurerm_key_vault azurerm_key_vault_key azurerm_key_vault_secret azurerm_key_vault_certificate azurerm_kubernetes_cluster
  azurerm_container_registry azurerm_dns_zone azurerm_private_dns_zone azurerm_recovery_services_vault azurerm_log_analytics_workspace
  azurerm_data_lake_store azurerm_netapp_volume azurerm_resource_group
  kubernetes_namespace kubernetes_namespace_v1 kubernetes_persistent_volume_claim kubernetes_persistent_volume_claim_v1
  kubernetes_persistent_volume kubernetes_stateful_set kubernetes_stateful_set_v1 kubernetes_secret
  random_password random_id random_uuid tls_private_key mongodbatlas_cluster mongodbatlas_advanced_cluster mongodbatlas_project
  confluent_kafka_cluster confluent_kafka_topic snowflake_database snowflake_schema snowflake_table elasticstack_elasticsearch_index
  cloudflare_zone cloudflare_r2_bucket digitalocean_database_cluster digitalocean_volume digitalocean_spaces_bucket digitalocean_kubernetes_cluster
  hcloud_volume vault_mount vault_kv_secret_v2 postgresql_database mysql_database openstack_blockstorage_volume_v3 openstack_db_instance_v1`.split(/\s+/),
);

export const isStateful = (type: string, more: ReadonlySet<string> = new Set()): boolean => STATEFUL.has(type) || CONFIGURED.has(type) || more.has(type);

/**
 * `terraform_data` keeps what its configuration says and nothing else: its loss loses no data, though what hangs on it
 * (triggers, provisioners) runs again.
 */
const CONFIGURED = new Set(['terraform_data']);
export const keepsOnlyConfiguration = (type: string): boolean => CONFIGURED.has(type);
export const severityOfLoss = (type: string): 'critical' | 'elevated' => (keepsOnlyConfiguration(type) ? 'elevated' : 'critical');

/** Network, IAM, DNS, keys, queues, clusters: their loss is an outage even where no data goes. */
const LOAD_BEARING =
  /_(?:vpc|subnet|route|route_table|nat_gateway|internet_gateway|vpn|peering|transit_gateway|security_group|firewall|network|lb|alb|elb|load_balancer|listener|target_group|iam|role|policy|user|record|record_set|zone|certificate|kms|key|queue|topic|cluster|node_group|nodepool|cdn|distribution|api_gateway|gateway|ingress|service|instance)(?:_|$)/;

export const isLoadBearing = (type: string): boolean => LOAD_BEARING.test(type);

const RDS = [
  'engine',
  'availability_zone',
  'kms_key_id',
  'storage_encrypted',
  'username',
  'snapshot_identifier',
  'character_set_name',
  'timezone',
  'db_name',
  'custom_iam_instance_profile',
  'replicate_source_db',
];
const CLUSTER = [
  'cluster_identifier',
  'cluster_identifier_prefix',
  'engine',
  'engine_mode',
  'availability_zones',
  'db_subnet_group_name',
  'kms_key_id',
  'storage_encrypted',
  'database_name',
  'master_username',
  'snapshot_identifier',
];
const AZURE = ['name', 'location', 'resource_group_name'];

/** Attributes known to force a replacement; a type that is absent here has only the general ones. */
const FORCE_NEW: { readonly [type: string]: readonly string[] } = {
  aws_db_instance: [...RDS, 'identifier', 'identifier_prefix', 'name', 'db_subnet_group_name'],
  aws_rds_cluster: CLUSTER,
  aws_rds_cluster_instance: ['identifier', 'cluster_identifier', 'engine', 'db_subnet_group_name', 'availability_zone'],
  aws_docdb_cluster: CLUSTER,
  aws_neptune_cluster: CLUSTER,
  aws_dynamodb_table: ['name', 'hash_key', 'range_key', 'billing_region'],
  aws_s3_bucket: ['bucket', 'bucket_prefix', 'object_lock_enabled'],
  aws_efs_file_system: ['creation_token', 'encrypted', 'kms_key_id', 'performance_mode', 'availability_zone_name'],
  aws_ebs_volume: ['availability_zone', 'encrypted', 'kms_key_id', 'snapshot_id'],
  aws_elasticache_cluster: ['cluster_id', 'engine', 'subnet_group_name', 'availability_zone', 'node_type', 'port'],
  aws_elasticache_replication_group: ['replication_group_id', 'subnet_group_name', 'at_rest_encryption_enabled', 'kms_key_id', 'port'],
  aws_opensearch_domain: ['domain_name'],
  aws_elasticsearch_domain: ['domain_name'],
  aws_redshift_cluster: ['cluster_identifier', 'cluster_subnet_group_name', 'database_name', 'master_username', 'snapshot_identifier'],
  aws_kinesis_stream: ['name'],
  aws_msk_cluster: ['cluster_name'],
  aws_kms_key: ['customer_master_key_spec', 'key_usage', 'multi_region', 'custom_key_store_id'],
  aws_sqs_queue: ['name', 'name_prefix', 'fifo_queue'],
  aws_secretsmanager_secret: ['name', 'name_prefix'],
  aws_ssm_parameter: ['name'],
  aws_cognito_user_pool: ['username_attributes', 'alias_attributes', 'username_configuration'],
  aws_route53_zone: ['name', 'delegation_set_id'],
  aws_ecr_repository: ['name', 'encryption_configuration'],
  aws_eks_cluster: ['name', 'role_arn', 'vpc_config', 'encryption_config'],
  aws_cloudwatch_log_group: ['name', 'name_prefix'],
  google_sql_database_instance: ['name', 'region', 'database_version', 'master_instance_name', 'encryption_key_name'],
  google_storage_bucket: ['name', 'location', 'project'],
  google_container_cluster: ['name', 'location', 'network', 'subnetwork', 'enable_autopilot', 'cluster_ipv4_cidr'],
  google_bigquery_dataset: ['dataset_id', 'location', 'project'],
  google_compute_disk: ['name', 'zone', 'type', 'image', 'snapshot'],
  google_spanner_instance: ['name', 'config'],
  azurerm_postgresql_flexible_server: [...AZURE, 'administrator_login', 'delegated_subnet_id', 'create_mode'],
  azurerm_mssql_server: [...AZURE, 'administrator_login', 'version'],
  azurerm_storage_account: [...AZURE, 'account_kind', 'is_hns_enabled', 'infrastructure_encryption_enabled'],
  azurerm_cosmosdb_account: [...AZURE, 'kind'],
  azurerm_kubernetes_cluster: [...AZURE, 'dns_prefix', 'node_resource_group'],
  kubernetes_persistent_volume_claim: ['storage_class_name', 'access_modes'],
};

/** Names and places that force a replacement almost everywhere: asked of stateful types the table does not list. */
const GENERAL: readonly string[] = ['name', 'identifier', 'location', 'region', 'zone', 'availability_zone', 'kms_key_id', 'project', 'engine', 'length', 'algorithm', 'keepers'];

export const forceNewAttributes = (type: string): readonly string[] => FORCE_NEW[type] ?? GENERAL;
