//! Ways to write users down in Terraform that real repositories have.

use super::random::Random;

/// How many ways there are.
pub const WAYS: usize = 12;

/// A file with users. `service` is part of every name, so that no two users of a tree have the same one.
/// `modules` leads from the file's folder to the folder of shared modules.
pub fn file(way: usize, service: &str, modules: &str, random: &mut Random) -> String {
    let purpose = random.one_of(&["ci", "backup", "mailer", "exporter", "deploy", "sync"]);
    let name = format!("{service}-{purpose}");
    match way % WAYS {
        0 => user(&name),
        1 => user(&name) + &key("this", "aws_iam_user.this.name"),
        2 => user(&name) + &key("current", "aws_iam_user.this.name") + &key("next", "aws_iam_user.this.name"),
        3 => format!(
            "resource \"aws_iam_user\" \"team\" {{\n  for_each = toset([\"{name}-anna\", \"{name}-ben\", \"{name}-chris\"])\n  \
             name     = each.key\n  path     = \"/people/\"\n}}\n\nresource \"aws_iam_user_login_profile\" \"team\" {{\n  \
             for_each = aws_iam_user.team\n  user     = each.value.name\n}}\n"
        ),
        4 => format!(
            "locals {{\n  machines = {{\n    \"{name}-reader\" = {{ key = true, path = \"/machines/\" }}\n    \
             \"{name}-writer\" = {{ key = true, path = \"/machines/\" }}\n    \"{name}-idle\"   = {{ key = false, path = \"/machines/\" }}\n  }}\n}}\n\n\
             resource \"aws_iam_user\" \"machine\" {{\n  for_each = local.machines\n  name     = each.key\n  path     = each.value.path\n}}\n\n\
             resource \"aws_iam_access_key\" \"machine\" {{\n  for_each = {{ for name, machine in local.machines : name => machine if machine.key }}\n  \
             user     = aws_iam_user.machine[each.key].name\n}}\n"
        ),
        5 => {
            user(&name)
                + &key("this", "aws_iam_user.this.name")
                + "\nresource \"aws_iam_user_login_profile\" \"this\" {\n  user                    = aws_iam_user.this.name\n  \
                   password_reset_required = true\n}\n"
        }
        6 => format!(
            "variable \"create_user\" {{\n  type    = bool\n  default = {}\n}}\n\nresource \"aws_iam_user\" \"this\" {{\n  \
             count = var.create_user ? 1 : 0\n  name  = \"{name}\"\n}}\n\nresource \"aws_iam_access_key\" \"this\" {{\n  \
             count = var.create_user ? 1 : 0\n  user  = aws_iam_user.this[0].name\n}}\n",
            random.one_of(&["true", "false"])
        ),
        7 => {
            format!(
                "resource \"aws_iam_user\" \"this\" {{\n  name = \"${{local.prefix}}-{purpose}\"\n  tags = local.tags\n}}\n"
            ) + &key("this", "aws_iam_user.this.id")
        }
        8 => format!(
            "module \"user\" {{\n  source   = \"{modules}/iam-user\"\n  for_each = toset([\"{name}-a\", \"{name}-b\"])\n  \
             name     = each.key\n  tags     = {{ Team = each.value }}\n}}\n\n\
             resource \"aws_iam_user_policy_attachment\" \"user\" {{\n  for_each   = module.user\n  user       = each.value.name\n  \
             policy_arn = \"arn:aws:iam::aws:policy/ReadOnlyAccess\"\n}}\n"
        ),
        9 => {
            user(&name)
                + &key("current", "aws_iam_user.this.name")
                + "\nresource \"aws_iam_access_key\" \"former\" {\n  user   = aws_iam_user.this.name\n  status = \"Inactive\"\n}\n"
        }
        10 => {
            user(&name)
                + "\nresource \"aws_iam_group\" \"this\" {\n  name = \"engineers\"\n}\n\n\
                   resource \"aws_iam_user_group_membership\" \"this\" {\n  user   = aws_iam_user.this.name\n  \
                   groups = [aws_iam_group.this.name]\n}\n"
        }
        _ => {
            format!("data \"aws_iam_user\" \"existing\" {{\n  user_name = \"{name}\"\n}}\n")
                + &key("this", "data.aws_iam_user.existing.user_name")
        }
    }
}

/// The module that some of them call.
pub const MODULE: &str = "variable \"name\" {\n  type = string\n}\n\nvariable \"tags\" {\n  type    = map(string)\n  default = {}\n}\n\n\
    resource \"aws_iam_user\" \"this\" {\n  name = var.name\n  tags = var.tags\n}\n\nresource \"aws_iam_access_key\" \"this\" {\n  \
    user = aws_iam_user.this.name\n}\n\noutput \"name\" {\n  value = aws_iam_user.this.name\n}\n";

fn user(name: &str) -> String {
    format!(
        "resource \"aws_iam_user\" \"this\" {{\n  name          = \"{name}\"\n  path          = \"/system/\"\n  force_destroy = true\n\n  \
         tags = {{\n    Name = \"{name}\"\n  }}\n}}\n\nresource \"aws_iam_user_policy\" \"this\" {{\n  name   = \"{name}\"\n  \
         user   = aws_iam_user.this.name\n  policy = jsonencode({{\n    Version = \"2012-10-17\"\n    Statement = [{{\n      \
         Effect   = \"Allow\"\n      Action   = [\"s3:GetObject\", \"s3:PutObject\"]\n      Resource = \"arn:aws:s3:::{name}/*\"\n    }}]\n  }})\n}}\n"
    )
}

fn key(label: &str, user: &str) -> String {
    format!("\nresource \"aws_iam_access_key\" \"{label}\" {{\n  user = {user}\n}}\n")
}
