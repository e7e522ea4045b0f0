//! Names of models and GPUs as hubs and drivers write them, as names of this language.

/// What a name says beyond which model it is: how it was tuned or stored.
const TUNING: &[&str] =
    &["instruct", "chat", "it", "hf", "base", "fp8", "bf16", "awq", "gptq", "int4", "int8", "v0_1", "v0_3"];

/// `meta-llama/Llama-3.1-8B-Instruct` is `llama_3_1_8b`: the last part of a path in lower case, other characters as `_`.
/// `None` where nothing is left.
#[must_use]
pub fn as_name(written: &str) -> Option<String> {
    let last = written.trim_matches(['"', '\'']).rsplit('/').find(|part| !part.is_empty())?;
    let mut name = String::new();
    for letter in last.chars() {
        if letter.is_ascii_alphanumeric() {
            name.push(letter.to_ascii_lowercase());
        } else if !name.is_empty() && !name.ends_with('_') {
            name.push('_');
        }
    }
    let mut name = name.trim_end_matches('_');
    if written.contains('/') || name.split('_').any(is_size) {
        while let Some(shorter) =
            TUNING.iter().find_map(|word| name.strip_suffix(word).and_then(|name| name.strip_suffix('_')))
        {
            name = shorter;
        }
    }
    if let Some((_, known)) = DRIVER_NAMES.iter().find(|(driver, _)| *driver == name) {
        return Some((*known).to_owned());
    }
    let begins = name.starts_with(|first: char| first.is_ascii_alphabetic());
    begins.then(|| {
        name.strip_prefix("meta_").filter(|rest| rest.starts_with("llama")).unwrap_or(name).to_owned()
    })
}

/// Whether a part of a name says how many parameters a model has: `8b`.
fn is_size(part: &str) -> bool {
    part.strip_suffix('b')
        .is_some_and(|digits| !digits.is_empty() && digits.chars().all(|digit| digit.is_ascii_digit()))
}

/// GPUs as their driver, clouds and people name them, in letters of names.
static DRIVER_NAMES: &[(&str, &str)] = &[
    ("nvidia_h100_80gb_hbm3", "h100_sxm"),
    ("nvidia_h100_80gb", "h100_sxm"),
    ("nvidia_h100_pcie", "h100_pcie"),
    ("h100_80gb", "h100_sxm"),
    ("h100_sxm5_80gb", "h100_sxm"),
    ("nvidia_h200", "h200_sxm"),
    ("nvidia_b200", "b200_sxm"),
    ("nvidia_a100_sxm4_40gb", "a100_sxm_40gb"),
    ("nvidia_a100_sxm4_80gb", "a100_sxm_80gb"),
    ("nvidia_a100_80gb_pcie", "a100_pcie_80gb"),
    ("nvidia_a100_80gb", "a100_sxm_80gb"),
    ("nvidia_tesla_a100", "a100_sxm_40gb"),
    ("a100_80gb", "a100_sxm_80gb"),
    ("a100_40gb", "a100_sxm_40gb"),
    ("a100_sxm4_80gb", "a100_sxm_80gb"),
    ("a100_sxm4_40gb", "a100_sxm_40gb"),
    ("nvidia_l4", "l4"),
    ("nvidia_l40s", "l40s"),
    ("nvidia_a30", "a30"),
    ("nvidia_geforce_rtx_4090", "rtx_4090"),
];

#[cfg(test)]
mod tests {
    use super::{DRIVER_NAMES, as_name};
    use crate::catalog;

    #[test]
    fn drivers_name_gpus_of_the_catalogue() {
        let gpus: String = catalog::FILES.iter().map(|(_, text)| *text).collect();
        for (driver, known) in DRIVER_NAMES {
            assert!(gpus.contains(&format!("gpu {known} {{")), "`{known}` is not in the catalogue");
            assert_eq!(as_name(driver).as_deref(), Some(*known));
        }
        check("NVIDIA H100 80GB HBM3", "h100_sxm");
        check("llama-3.1-8b-instruct", "llama_3_1_8b");
    }

    #[track_caller]
    fn check(written: &str, expected: &str) {
        assert_eq!(as_name(written).as_deref(), Some(expected));
    }

    #[test]
    fn paths_of_the_hub_become_names_of_the_catalogue() {
        check("meta-llama/Llama-3.1-8B", "llama_3_1_8b");
        check("meta-llama/Meta-Llama-3.1-70B-Instruct", "llama_3_1_70b");
        check("Qwen/Qwen3-30B-A3B-FP8", "qwen3_30b_a3b");
        check("openai/gpt-oss-120b", "gpt_oss_120b");
        check("deepseek-ai/DeepSeek-V3", "deepseek_v3");
        check("mistralai/Mixtral-8x7B-Instruct-v0.1", "mixtral_8x7b");
    }

    #[test]
    fn other_names_keep_their_words() {
        check("my-gpu", "my_gpu");
        check("H100.SXM", "h100_sxm");
        assert_eq!(as_name("///"), None);
        assert_eq!(as_name("8-bit"), None);
    }
}
