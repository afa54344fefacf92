//! The SARIF output against the official schema, against the files it points into, and against the eye.

use serde_json::Value;

use super::super::sample::{self, Sample};
use super::super::{Report, TOOL_VERSION, excerpt};
use super::{render, results};
use crate::finding::Change;
use crate::source::Span;

/// What cargo prints, which must succeed.
fn cargo(arguments: &[&str]) -> String {
    #[expect(clippy::disallowed_methods, reason = "cargo is asked where a dependency's source is")]
    let output = std::process::Command::new(env!("CARGO")).args(arguments).output().expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The schema ships inside the package of serde-sarif; cargo knows where that is.
fn schema() -> Value {
    let version = cargo(&["-vV"]);
    // Without this, cargo wants the packages of all other platforms as well.
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).expect("cargo knows its host");
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let fixed = ["metadata", "--offline", "--locked", "--format-version", "1", "--manifest-path", manifest];
    let metadata = cargo(&[&fixed[..], &["--filter-platform", host]].concat());
    let metadata: Value = serde_json::from_str(&metadata).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let package = packages.iter().find(|package| package["name"] == "serde-sarif").expect("a dependency");
    let manifest = std::path::Path::new(package["manifest_path"].as_str().unwrap());
    let path = manifest.with_file_name("src").join("schema.json");
    #[expect(clippy::disallowed_methods, reason = "the schema is no scanned file")]
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| {
        panic!("serde-sarif no longer ships the SARIF schema at {}: {error}", path.display())
    });
    // A stray bracket in two patterns (for languages, which we do not state) is no regular expression.
    let text = text.replace("[a-zA-Z]{2}]?$", "[a-zA-Z]{2}$");
    let schema: Value = serde_json::from_str(&text).unwrap();
    assert!(schema["title"].as_str().unwrap().contains("Version 2.1.0"), "not the SARIF 2.1.0 schema");
    schema
}

fn rendered(sample: &Sample) -> Value {
    serde_json::from_str(&render(&sample.report())).unwrap()
}

fn many(count: usize) -> Sample {
    let mut sample = sample::small();
    let low = crate::finding::Severity::Low;
    let finding = crate::finding::Finding { severity: low, ..sample.findings[1].clone() };
    let first = sample.findings[0].clone();
    sample.findings = vec![finding; count];
    sample.findings.push(first);
    sample
}

#[test]
fn every_output_keeps_to_the_official_schema() {
    let validator = jsonschema::options().should_validate_formats(true).build(&schema()).unwrap();
    for sample in [sample::empty(), sample::small(), sample::hostile(), many(30)] {
        let sarif = rendered(&sample);
        let errors: Vec<String> = validator.iter_errors(&sarif).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:#?}");
    }
    let mut broken = rendered(&sample::small());
    broken["runs"][0]["results"][0]["level"] = "terrible".into();
    assert!(!validator.is_valid(&broken), "the schema says no to what is wrong");
}

#[test]
#[expect(clippy::too_many_lines, reason = "the snapshot is long")]
fn the_whole_document() {
    let mut sample = sample::small();
    sample.findings.truncate(1);
    sample.rules.truncate(1);
    let text = render(&sample.report()).replace(TOOL_VERSION, "[version]");
    insta::assert_snapshot!(text, @r###"
    {
      "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
      "runs": [
        {
          "columnKind": "unicodeCodePoints",
          "invocations": [
            {
              "executionSuccessful": false,
              "toolExecutionNotifications": [
                {
                  "descriptor": {
                    "id": "unreadable-file",
                    "index": 0
                  },
                  "level": "error",
                  "locations": [
                    {
                      "physicalLocation": {
                        "artifactLocation": {
                          "uri": "infra/latin1.tf",
                          "uriBaseId": "%SRCROOT%"
                        }
                      }
                    }
                  ],
                  "message": {
                    "text": "is not UTF-8 text."
                  }
                },
                {
                  "descriptor": {
                    "id": "module-not-on-disk",
                    "index": 1
                  },
                  "level": "warning",
                  "locations": [
                    {
                      "physicalLocation": {
                        "artifactLocation": {
                          "uri": "infra/main.tf",
                          "uriBaseId": "%SRCROOT%"
                        },
                        "region": {
                          "endColumn": 24,
                          "endLine": 2,
                          "startColumn": 3,
                          "startLine": 2
                        }
                      }
                    }
                  ],
                  "message": {
                    "text": "module source is not on disk. run `terraform init`, or scan the module too."
                  }
                }
              ]
            }
          ],
          "originalUriBaseIds": {
            "%SRCROOT%": {
              "description": {
                "text": "the directory that all paths are relative to"
              }
            }
          },
          "properties": {
            "coverage": "checked 2 users, 2 access keys, 1 password in 2 roots; 1 module not on disk",
            "setAside": [
              {
                "by": "comments",
                "count": 1
              }
            ]
          },
          "results": [
            {
              "codeFlows": [
                {
                  "threadFlows": [
                    {
                      "locations": [
                        {
                          "location": {
                            "message": {
                              "text": "called here as module.team"
                            },
                            "physicalLocation": {
                              "artifactLocation": {
                                "uri": "infra/main.tf",
                                "uriBaseId": "%SRCROOT%"
                              },
                              "region": {
                                "endColumn": 14,
                                "endLine": 1,
                                "snippet": {
                                  "text": "module \"team\""
                                },
                                "startColumn": 1,
                                "startLine": 1
                              }
                            }
                          }
                        },
                        {
                          "location": {
                            "message": {
                              "text": "active access key second"
                            },
                            "physicalLocation": {
                              "artifactLocation": {
                                "uri": "infra/team%20dir/users.tf",
                                "uriBaseId": "%SRCROOT%"
                              },
                              "region": {
                                "endColumn": 41,
                                "endLine": 9,
                                "snippet": {
                                  "text": "resource \"aws_iam_access_key\" \"second\" {"
                                },
                                "startColumn": 1,
                                "startLine": 9
                              }
                            }
                          }
                        }
                      ]
                    }
                  ]
                }
              ],
              "level": "warning",
              "locations": [
                {
                  "message": {
                    "text": "active access key second"
                  },
                  "physicalLocation": {
                    "artifactLocation": {
                      "uri": "infra/team%20dir/users.tf",
                      "uriBaseId": "%SRCROOT%"
                    },
                    "region": {
                      "endColumn": 41,
                      "endLine": 9,
                      "snippet": {
                        "text": "resource \"aws_iam_access_key\" \"second\" {"
                      },
                      "startColumn": 1,
                      "startLine": 9
                    }
                  }
                }
              ],
              "message": {
                "text": "alice has 2 active access keys. See [active access key first](1), [user aws_iam_user.alice](2). Why: a lost key is valid until somebody deletes it. Fix: use IAM Identity Center instead."
              },
              "partialFingerprints": {
                "credlint/v1": "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
              },
              "properties": {
                "confidence": "certain",
                "root": "infra",
                "subject": "module.team.aws_iam_user.alice",
                "subjectName": "alice"
              },
              "relatedLocations": [
                {
                  "id": 1,
                  "message": {
                    "text": "active access key first"
                  },
                  "physicalLocation": {
                    "artifactLocation": {
                      "uri": "infra/team%20dir/users.tf",
                      "uriBaseId": "%SRCROOT%"
                    },
                    "region": {
                      "endColumn": 40,
                      "endLine": 5,
                      "snippet": {
                        "text": "resource \"aws_iam_access_key\" \"first\" {"
                      },
                      "startColumn": 1,
                      "startLine": 5
                    }
                  }
                },
                {
                  "id": 2,
                  "message": {
                    "text": "user aws_iam_user.alice"
                  },
                  "physicalLocation": {
                    "artifactLocation": {
                      "uri": "infra/team%20dir/users.tf",
                      "uriBaseId": "%SRCROOT%"
                    },
                    "region": {
                      "endColumn": 24,
                      "endLine": 1,
                      "snippet": {
                        "text": "resource \"aws_iam_user\""
                      },
                      "startColumn": 1,
                      "startLine": 1
                    }
                  }
                }
              ],
              "ruleId": "multiple-active-keys",
              "ruleIndex": 0,
              "suppressions": []
            },
            {
              "level": "error",
              "locations": [
                {
                  "message": {
                    "text": "console password of Bob"
                  },
                  "physicalLocation": {
                    "artifactLocation": {
                      "uri": "stack.yaml",
                      "uriBaseId": "%SRCROOT%"
                    },
                    "region": {
                      "endColumn": 39,
                      "endLine": 5,
                      "snippet": {
                        "text": "Password: …"
                      },
                      "startColumn": 22,
                      "startLine": 5
                    }
                  }
                }
              ],
              "message": {
                "text": "the password of Bob stands in the template. Why: a lost key is valid until somebody deletes it. Fix: use IAM Identity Center instead."
              },
              "partialFingerprints": {
                "credlint/v1": "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
              },
              "properties": {
                "confidence": "certain",
                "root": "stack.yaml",
                "subject": "Bob"
              },
              "relatedLocations": [],
              "ruleId": "password-in-template",
              "suppressions": [
                {
                  "justification": "the mailbox of a test (until 2027-01-31)",
                  "kind": "inSource",
                  "location": {
                    "physicalLocation": {
                      "artifactLocation": {
                        "uri": "stack.yaml",
                        "uriBaseId": "%SRCROOT%"
                      },
                      "region": {
                        "endColumn": 39,
                        "endLine": 5,
                        "snippet": {
                          "text": "Password: …"
                        },
                        "startColumn": 22,
                        "startLine": 5
                      }
                    }
                  },
                  "status": "accepted"
                }
              ]
            }
          ],
          "tool": {
            "driver": {
              "name": "credlint",
              "notifications": [
                {
                  "id": "unreadable-file",
                  "shortDescription": {
                    "text": "unreadable file"
                  }
                },
                {
                  "id": "module-not-on-disk",
                  "shortDescription": {
                    "text": "module not on disk"
                  }
                }
              ],
              "rules": [
                {
                  "defaultConfiguration": {
                    "level": "warning"
                  },
                  "fullDescription": {
                    "text": "A user has more than one active access key. Each key is one more secret to lose."
                  },
                  "help": {
                    "markdown": "## What\n\nA user has `two` keys.\n\n```hcl\n# a `comment`\nresource \"x\" \"y\" {}\n```",
                    "text": "A user has more than one active access key.\n\nEach key is one more secret to lose.\n\nDelete the key that is not used."
                  },
                  "helpUri": "https://rules.example/multiple-active-keys",
                  "id": "multiple-active-keys",
                  "name": "MultipleActiveKeys",
                  "properties": {
                    "tags": [
                      "security",
                      "CIS-1.13"
                    ],
                    "controls": [
                      {
                        "benchmark": "cis-aws",
                        "number": "1.13",
                        "version": "1.4"
                      }
                    ],
                    "precision": "very-high",
                    "sameAs": [
                      "AC_AWS_0554"
                    ],
                    "security-severity": "5.5"
                  },
                  "shortDescription": {
                    "text": "IAM user has more than one active access key"
                  }
                }
              ],
              "semanticVersion": "[version]",
              "version": "[version]"
            }
          }
        }
      ],
      "version": "2.1.0"
    }
    "###);
}

/// Every location of the document.
fn locations(value: &Value, found: &mut Vec<Value>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| locations(item, found)),
        Value::Object(fields) => {
            if let Some(physical) = fields.get("physicalLocation") {
                found.push(physical.clone());
            }
            fields.values().for_each(|field| locations(field, found));
        }
        _ => {}
    }
}

#[test]
fn the_text_of_each_region_is_its_snippet() {
    let sample = sample::small();
    let mut found = Vec::new();
    locations(&rendered(&sample), &mut found);
    assert!(found.len() >= 12);
    let mut compared = 0;
    for physical in found {
        let uri = physical["artifactLocation"]["uri"].as_str().unwrap();
        assert_eq!(physical["artifactLocation"]["uriBaseId"], "%SRCROOT%");
        let path = percent_encoding::percent_decode_str(uri).decode_utf8().unwrap();
        let Some(region) = physical.get("region") else { continue };
        let file = (0..3)
            .map(|id| sample.files.get(crate::source::FileId(id)))
            .find(|file| *file.path == *path)
            .expect("the uri names a file");
        let number = |field: &str| usize::try_from(region[field].as_u64().unwrap()).unwrap();
        assert_eq!(number("startLine"), number("endLine"));
        let line = file.text.lines().nth(number("startLine") - 1).unwrap();
        let text: String = line
            .chars()
            .skip(number("startColumn") - 1)
            .take(number("endColumn") - number("startColumn"))
            .collect();
        // What was not understood has none. Secrets are hidden in the snippet alone.
        let Some(snippet) = region["snippet"]["text"].as_str() else { continue };
        let files = crate::source::Files::default();
        let alone = files.add("a", text.as_str());
        assert_eq!(excerpt::redacted(&files.get(alone), 0..text.len()), snippet);
        assert!(!snippet.is_empty() && !snippet.contains("hunter2"));
        compared += 1;
    }
    assert!(compared >= 10);
}

#[test]
fn columns_are_code_points() {
    let mut sample = sample::small();
    let file = sample.files.add("é.tf", "\u{feff}# 🙂é\nx = 1 # 🙂 key\n");
    let start = sample.files.get(file).text.find("key").unwrap();
    sample.findings[0].primary.span = Span::new(file, start, start + 3);
    let sarif = rendered(&sample);
    let physical = &sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!(physical["artifactLocation"]["uri"], "%C3%A9.tf");
    assert_eq!(physical["region"]["startColumn"], 11);
    assert_eq!(physical["region"]["endColumn"], 14);
    assert_eq!(physical["region"]["snippet"]["text"], "key");
}

#[test]
fn links_in_the_message_lead_to_related_locations() {
    let sarif = rendered(&sample::small());
    let result = &sarif["runs"][0]["results"][0];
    let text = result["message"]["text"].as_str().unwrap();
    let related = result["relatedLocations"].as_array().unwrap();
    assert_eq!(related.len(), 2);
    for location in related {
        let link = format!("[{}]({})", location["message"]["text"].as_str().unwrap(), location["id"]);
        assert!(text.contains(&link), "{link} in {text}");
    }
    assert_eq!(results::escaped(r#"a["x"]\"#), r#"a\["x"\]\\"#);
}

#[test]
fn hostile_text_is_inert() {
    let text = render(&sample::hostile().report());
    assert!(text.chars().all(|character| character == '\n' || !character.is_control()));
    assert!(!text.contains('\u{202e}') && !text.contains("##vso[") && !text.contains("hunter2"));
    let sarif: Value = serde_json::from_str(&text).unwrap();
    let result = &sarif["runs"][0]["results"][0];
    assert_eq!(result["relatedLocations"].as_array().unwrap().len(), 999);
    assert_eq!(result["codeFlows"][0]["threadFlows"][0]["locations"].as_array().unwrap().len(), 1000);
    assert!(result["message"]["text"].as_str().unwrap().contains("\\[a\\](1)"));
    assert_eq!(sarif["runs"][0]["invocations"][0]["executionSuccessful"], false);
}

#[test]
fn too_many_results_are_cut_by_severity_and_said_so() {
    let sample = many(25_000);
    let sarif = rendered(&sample);
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), 25_000);
    assert_eq!(results[24_999]["level"], "warning", "the worst one stays, though it comes last");
    let notifications = sarif["runs"][0]["invocations"][0]["toolExecutionNotifications"].as_array().unwrap();
    let said = notifications.last().unwrap();
    assert_eq!(said["descriptor"]["id"], "limit-reached");
    assert!(said["message"]["text"].as_str().unwrap().starts_with("1 finding left out"));
}

#[test]
fn results_have_a_state_or_suppressions_but_not_some_of_them() {
    let sample = sample::small();
    let change = Change::default();
    for (change, omit_suppressed, state, suppressions) in
        [(None, false, 0, 4), (None, true, 0, 0), (Some(&change), false, 0, 4), (Some(&change), true, 3, 0)]
    {
        let report = Report { omit_suppressed, change, ..sample.report() };
        let log: Value = serde_json::from_str(&render(&report)).unwrap();
        let results = log["runs"][0]["results"].as_array().unwrap();
        let with = |key: &str| results.iter().filter(|result| result.get(key).is_some()).count();
        assert_eq!((with("baselineState"), with("suppressions")), (state, suppressions));
        let schema = jsonschema::validator_for(&schema()).unwrap();
        assert!(schema.is_valid(&log));
    }
}
