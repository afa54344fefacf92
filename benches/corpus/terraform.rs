//! Terraform: monorepos of services, and trees that are large in one respect.

use std::fmt::Write as _;
use std::path::PathBuf;

use super::File;
use super::random::Random;
use super::users;

/// The files of a service that has no users.
const KINDS: [(&str, fn(&str, &mut Random) -> String); 9] = [
    ("main.tf", compute),
    ("variables.tf", variables),
    ("outputs.tf", outputs),
    ("locals.tf", locals),
    ("versions.tf", versions),
    ("network.tf", network),
    ("storage.tf", storage),
    ("roles.tf", roles),
    ("monitoring.tf", monitoring),
];

/// So many files have one with users among them.
const USERS_EVERY: usize = 33;

/// A module without users, that every fifth service calls.
const QUEUE: &str = "variable \"name\" {\n  type = string\n}\n\nresource \"aws_sqs_queue\" \"this\" {\n  name = var.name\n}\n\n\
    output \"arn\" {\n  value = aws_sqs_queue.this.arn\n}\n";

/// Services of nine files; the last of some services has users in it instead of alarms.
pub fn monorepo(count: usize) -> Vec<File> {
    let mut files = vec![
        (PathBuf::from("modules/iam-user/main.tf"), users::MODULE.to_owned()),
        (PathBuf::from("modules/queue/main.tf"), QUEUE.to_owned()),
    ];
    let (mut with_users, mut service) = (1, 0);
    while files.len() < count {
        let mut random = Random::new(service);
        let name = format!("service-{service:04}");
        let folder = PathBuf::from(format!("teams/team-{:02}/{name}", service % 40));
        for (file, text) in KINDS.iter().take(count - files.len()) {
            let wants_users = *file == "monitoring.tf" && with_users * USERS_EVERY < files.len();
            if wants_users {
                let text = users::file(with_users, &name, "../../../modules", &mut random);
                files.push((folder.join("users.tf"), text));
                with_users += 1;
            } else {
                files.push((folder.join(file), text(&name, &mut random)));
            }
        }
        service += 1;
    }
    files
}

/// Services whose every file has users.
pub fn users_everywhere(count: usize) -> Vec<File> {
    let mut files = vec![(PathBuf::from("modules/iam-user/main.tf"), users::MODULE.to_owned())];
    for number in 0..count.saturating_sub(1) {
        let mut random = Random::new(number);
        let name = format!("service-{number:04}");
        let text =
            locals(&name, &mut random) + "\n" + &users::file(number, &name, "../../modules", &mut random);
        files.push((PathBuf::from(format!("teams/{name}/main.tf")), text));
    }
    files
}

/// One root that gives a module 100 users at a time, each with a key.
pub fn instances(count: usize) -> Vec<File> {
    let mut root = String::new();
    for start in (0..count).step_by(100) {
        let group = start / 100;
        write!(
            root,
            "module \"group_{group}\" {{\n  source = \"./users\"\n  names  = [for number in range({start}, {}) : \
             format(\"machine-%05d\", number)]\n}}\n\n",
            count.min(start + 100)
        )
        .expect("a string takes everything");
    }
    let module = "variable \"names\" {\n  type = list(string)\n}\n\nresource \"aws_iam_user\" \"this\" {\n  for_each = toset(var.names)\n  \
        name     = each.key\n  path     = \"/machines/\"\n}\n\nresource \"aws_iam_access_key\" \"this\" {\n  \
        for_each = toset(var.names)\n  user     = aws_iam_user.this[each.key].name\n}\n";
    vec![(PathBuf::from("main.tf"), root), (PathBuf::from("users/main.tf"), module.to_owned())]
}

/// Modules that call one another, one folder each, and a user with a key in the last.
pub fn chain(depth: usize) -> Vec<File> {
    let call = |number: usize, name: &str| {
        format!("module \"next\" {{\n  source = \"{number}\"\n  name   = {name}\n}}\n")
            .replace("source = \"", "source = \"../level-")
    };
    let variable = "variable \"name\" {\n  type = string\n}\n\n";
    let mut files = vec![(PathBuf::from("root/main.tf"), call(1, "\"machine\""))];
    for number in 1..depth {
        let text = variable.to_owned() + &call(number + 1, "\"${var.name}-a\"");
        files.push((PathBuf::from(format!("level-{number}/main.tf")), text));
    }
    let last = variable.to_owned()
        + "resource \"aws_iam_user\" \"this\" {\n  name = var.name\n}\n\nresource \"aws_iam_access_key\" \"this\" {\n  user = aws_iam_user.this.name\n}\n";
    files.push((PathBuf::from(format!("level-{}/main.tf", depth.max(1))), last));
    files
}

fn compute(name: &str, random: &mut Random) -> String {
    let mut text =
        format!("# {name}: the machines that answer requests. Every user of the service is served here.\n\n");
    for number in 0..=random.below(3) {
        let memory = 128 << random.below(4);
        write!(
            text,
            "resource \"aws_lambda_function\" \"worker_{number}\" {{\n  function_name = \"${{local.prefix}}-worker-{number}\"\n  \
             role          = aws_iam_role.this.arn\n  handler       = \"index.handler\"\n  runtime       = \"nodejs22.x\"\n  \
             memory_size   = {memory}\n  timeout       = {}\n  s3_bucket     = var.artifact_bucket\n  s3_key        = \"{name}/${{var.revision}}.zip\"\n\n  \
             environment {{\n    variables = {{\n      TABLE  = aws_dynamodb_table.state.name\n      BUCKET = aws_s3_bucket.data.bucket\n      \
             STAGE  = var.stage\n      LEVEL  = var.stage == \"prod\" ? \"warn\" : \"debug\"\n    }}\n  }}\n\n  vpc_config {{\n    \
             subnet_ids         = [for subnet in aws_subnet.private : subnet.id]\n    security_group_ids = [aws_security_group.this.id]\n  }}\n\n  \
             tags = merge(local.tags, {{ Component = \"worker-{number}\" }})\n}}\n\n",
            3 + random.below(60)
        )
        .expect("a string takes everything");
    }
    if random.below(5) == 0 {
        let call = "module \"queue\" {\n  source = \"../../../modules/queue\"\n  name   = local.prefix\n}\n";
        text.push_str(call);
    }
    text
}

fn variables(name: &str, random: &mut Random) -> String {
    let mut text = String::new();
    for variable in ["stage", "revision", "artifact_bucket", "owner", "cost_center"] {
        write!(
            text,
            "variable \"{variable}\" {{\n  type        = string\n  description = \"The {variable} of {name}, as the module of the platform wants it.\"\n  \
             default     = \"{}\"\n}}\n\n",
            random.one_of(&["dev", "prod", "stable", "platform", "4711"])
        )
        .expect("a string takes everything");
    }
    text + "variable \"availability_zones\" {\n  type    = list(string)\n  default = [\"eu-central-1a\", \"eu-central-1b\"]\n\n  \
            validation {\n    condition     = length(var.availability_zones) > 1\n    error_message = \"At least two zones.\"\n  }\n}\n"
}

fn outputs(name: &str, random: &mut Random) -> String {
    let mut text = format!("# What other modules may ask of {name}.\n");
    for (output, value) in [
        ("bucket", "aws_s3_bucket.data.bucket"),
        ("table", "aws_dynamodb_table.state.name"),
        ("role_arn", "aws_iam_role.this.arn"),
        ("subnet_ids", "[for subnet in aws_subnet.private : subnet.id]"),
        ("vpc_id", "aws_vpc.this.id"),
    ]
    .iter()
    .take(3 + random.below(3))
    {
        write!(text, "\noutput \"{output}\" {{\n  description = \"The {output} of {name}\"\n  value       = {value}\n}}\n")
            .expect("a string takes everything");
    }
    text
}

fn locals(name: &str, random: &mut Random) -> String {
    let mut text = format!(
        "locals {{\n  prefix = \"{name}\"\n  tags = {{\n    Service = \"{name}\"\n    Tier    = \"{}\"\n    ManagedBy = \"terraform\"\n  }}\n\n  quotas = {{\n",
        random.one_of(&["gold", "silver", "bronze"])
    );
    for number in 0..4 + random.below(12) {
        writeln!(
            text,
            "    \"queue-{number}\" = {{ size = {}, retry = {} }}",
            random.below(1000),
            number % 3 == 0
        )
        .expect("a string takes everything");
    }
    text + "  }\n}\n"
}

fn versions(_: &str, random: &mut Random) -> String {
    format!(
        "terraform {{\n  required_version = \">= 1.9\"\n\n  required_providers {{\n    aws = {{\n      source  = \"hashicorp/aws\"\n      \
         version = \"~> 5.{}\"\n    }}\n  }}\n\n  backend \"s3\" {{}}\n}}\n\nprovider \"aws\" {{\n  region = \"{}\"\n}}\n",
        random.below(99),
        random.one_of(&["eu-central-1", "eu-west-1", "us-east-1"])
    )
}

fn network(name: &str, random: &mut Random) -> String {
    let second = random.below(250);
    let mut text = format!(
        "resource \"aws_vpc\" \"this\" {{\n  cidr_block           = \"10.{second}.0.0/16\"\n  enable_dns_hostnames = true\n  tags                 = local.tags\n}}\n\n\
         resource \"aws_subnet\" \"private\" {{\n  for_each          = toset(var.availability_zones)\n  vpc_id            = aws_vpc.this.id\n  \
         availability_zone = each.key\n  cidr_block        = cidrsubnet(aws_vpc.this.cidr_block, 8, index(var.availability_zones, each.key))\n}}\n\n\
         resource \"aws_security_group\" \"this\" {{\n  name   = \"{name}\"\n  vpc_id = aws_vpc.this.id\n"
    );
    for _ in 0..2 + random.below(4) {
        let port = 1024 + random.below(40_000);
        write!(
            text,
            "\n  ingress {{\n    description = \"for {}\"\n    from_port   = {port}\n    to_port     = {port}\n    protocol    = \"tcp\"\n    \
             cidr_blocks = [aws_vpc.this.cidr_block]\n  }}\n",
            random.one_of(&["metrics", "users", "health checks", "the module next door"])
        )
        .expect("a string takes everything");
    }
    text + "}\n"
}

fn storage(name: &str, random: &mut Random) -> String {
    let mut text = format!(
        "resource \"aws_s3_bucket\" \"data\" {{\n  bucket = \"{name}-data\"\n  tags   = local.tags\n}}\n\n\
         resource \"aws_s3_bucket_public_access_block\" \"data\" {{\n  bucket                  = aws_s3_bucket.data.id\n  block_public_acls       = true\n  \
         block_public_policy     = true\n  ignore_public_acls      = true\n  restrict_public_buckets = true\n}}\n\n\
         resource \"aws_dynamodb_table\" \"state\" {{\n  name         = \"{name}\"\n  billing_mode = \"PAY_PER_REQUEST\"\n  hash_key     = \"id\"\n\n  \
         attribute {{\n    name = \"id\"\n    type = \"S\"\n  }}\n}}\n"
    );
    for number in 0..random.below(4) {
        write!(
            text,
            "\nresource \"aws_s3_object\" \"settings_{number}\" {{\n  bucket  = aws_s3_bucket.data.id\n  key     = \"settings/{number}.json\"\n  \
             content = <<-EOT\n    {{ \"service\": \"{name}\", \"number\": {number}, \"stage\": \"${{var.stage}}\" }}\n  EOT\n}}\n"
        )
        .expect("a string takes everything");
    }
    text
}

fn roles(name: &str, random: &mut Random) -> String {
    let actions = ["s3:GetObject", "dynamodb:PutItem", "sqs:SendMessage", "kms:Decrypt", "logs:PutLogEvents"];
    let mut text = format!(
        "data \"aws_iam_policy_document\" \"assume\" {{\n  statement {{\n    actions = [\"sts:AssumeRole\"]\n\n    principals {{\n      \
         type        = \"Service\"\n      identifiers = [\"lambda.amazonaws.com\"]\n    }}\n  }}\n}}\n\n\
         resource \"aws_iam_role\" \"this\" {{\n  name               = \"{name}\"\n  assume_role_policy = data.aws_iam_policy_document.assume.json\n}}\n\n\
         data \"aws_iam_policy_document\" \"this\" {{\n"
    );
    for _ in 0..1 + random.below(4) {
        write!(
            text,
            "  statement {{\n    sid       = \"Statement{}\"\n    actions   = [\"{}\", \"{}\"]\n    resources = [\"${{aws_s3_bucket.data.arn}}/*\"]\n  }}\n\n",
            random.below(10_000),
            random.one_of(&actions),
            random.one_of(&actions)
        )
        .expect("a string takes everything");
    }
    text + "}\n\nresource \"aws_iam_role_policy\" \"this\" {\n  role   = aws_iam_role.this.name\n  policy = data.aws_iam_policy_document.this.json\n}\n\n\
            resource \"aws_iam_policy\" \"shared\" {\n  name   = \"${local.prefix}-shared\"\n  policy = data.aws_iam_policy_document.this.json\n}\n"
}

fn monitoring(name: &str, random: &mut Random) -> String {
    let mut text = String::new();
    for number in 0..2 + random.below(4) {
        write!(
            text,
            "resource \"aws_cloudwatch_metric_alarm\" \"alarm_{number}\" {{\n  alarm_name          = \"${{local.prefix}}-{}-{number}\"\n  \
             comparison_operator = \"GreaterThanThreshold\"\n  evaluation_periods  = {}\n  metric_name         = \"Errors\"\n  \
             namespace           = \"AWS/Lambda\"\n  period              = 60\n  statistic           = \"Sum\"\n  threshold           = {}\n  \
             alarm_description   = \"Users of {name} see errors\"\n\n  dimensions = {{\n    FunctionName = aws_lambda_function.worker_0.function_name\n  }}\n}}\n\n",
            random.one_of(&["errors", "throttles", "latency"]),
            1 + random.below(5),
            random.below(100)
        )
        .expect("a string takes everything");
    }
    text
}
