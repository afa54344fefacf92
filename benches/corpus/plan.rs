//! The JSON of a large Terraform plan, in one line as Terraform writes it.

use std::fmt::Write as _;
use std::path::PathBuf;

use super::File;
use super::random::Random;

/// So many resources have one with a user among them, and one with its key.
const USERS_EVERY: usize = 50;

/// A plan of about so many bytes.
pub fn plan(bytes: usize) -> Vec<File> {
    let (mut planned, mut changes) = (String::new(), String::new());
    let mut configured = String::new();
    let mut number = 0;
    while planned.len() + changes.len() + configured.len() < bytes {
        let mut random = Random::new(number);
        let (resource_type, values) = match number % USERS_EVERY {
            7 => (
                "aws_iam_user",
                format!(
                    "{{\"name\":\"machine-{number}\",\"path\":\"/\",\"force_destroy\":false,\"tags\":null}}"
                ),
            ),
            8 => (
                "aws_iam_access_key",
                format!("{{\"user\":\"machine-{}\",\"status\":\"Active\",\"pgp_key\":null}}", number - 1),
            ),
            _ => ("aws_s3_object", object(number, &mut random)),
        };
        let name = format!("r{number}");
        let comma = if number == 0 { "" } else { "," };
        write!(
            planned,
            "{comma}{{\"address\":\"{resource_type}.{name}\",\"mode\":\"managed\",\"type\":\"{resource_type}\",\"name\":\"{name}\",\
             \"provider_name\":\"registry.terraform.io/hashicorp/aws\",\"schema_version\":0,\"values\":{values},\"sensitive_values\":{{}}}}"
        )
        .expect("a string takes everything");
        write!(
            changes,
            "{comma}{{\"address\":\"{resource_type}.{name}\",\"mode\":\"managed\",\"type\":\"{resource_type}\",\"name\":\"{name}\",\
             \"provider_name\":\"registry.terraform.io/hashicorp/aws\",\"change\":{{\"actions\":[\"create\"],\"before\":null,\"after\":{values},\
             \"after_unknown\":{{\"id\":true,\"arn\":true}},\"before_sensitive\":false,\"after_sensitive\":{{}}}}}}"
        )
        .expect("a string takes everything");
        write!(
            configured,
            "{comma}{{\"address\":\"{resource_type}.{name}\",\"mode\":\"managed\",\"type\":\"{resource_type}\",\"name\":\"{name}\",\
             \"provider_config_key\":\"aws\",\"expressions\":{{}},\"schema_version\":0}}"
        )
        .expect("a string takes everything");
        number += 1;
    }
    let text = format!(
        "{{\"format_version\":\"1.2\",\"terraform_version\":\"1.11.4\",\"planned_values\":{{\"root_module\":{{\"resources\":[{planned}]}}}},\
         \"resource_changes\":[{changes}],\"configuration\":{{\"provider_config\":{{\"aws\":{{\"name\":\"aws\",\
         \"full_name\":\"registry.terraform.io/hashicorp/aws\"}}}},\"root_module\":{{\"resources\":[{configured}]}}}},\
         \"timestamp\":\"2026-01-01T00:00:00Z\",\"applyable\":true,\"complete\":true,\"errored\":false}}\n"
    );
    vec![(PathBuf::from("plan.json"), text)]
}

fn object(number: usize, random: &mut Random) -> String {
    format!(
        "{{\"acl\":null,\"bucket\":\"bucket-{}\",\"bucket_key_enabled\":null,\"cache_control\":null,\"content\":\"{{\\\"number\\\":{number},\\\"text\\\":\\\"{}\\\"}}\",\
         \"content_type\":\"application/json\",\"force_destroy\":false,\"key\":\"settings/{number}.json\",\"metadata\":null,\"override_provider\":[],\
         \"tags\":{{\"Name\":\"object {number}\",\"Team\":\"{}\"}},\"timeouts\":null}}",
        random.below(1000),
        "for the users of the service ".repeat(1 + random.below(6)),
        random.one_of(&["red", "green", "blue"])
    )
}
