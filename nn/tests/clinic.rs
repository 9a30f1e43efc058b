//! The clinic watches a GPT.

mod clinic {
    use calculus::clinic::{Clinic, Fault, Settings};
    use calculus::optim::{AdamW, clip_global_norm};
    use calculus::tape::{Arena, Grads, Params, Tape};
    use nn::data::{Dataset, Split};
    use nn::gpt::{Config, Gpt};
    use nn::preset;
    use nn::train::{Recipe, Trainer};
    use std::process::Command;

    const CONFIG: Config = Config { vocab: 16, context: 16, blocks: 3, heads: 2, width: 16 };

    fn data() -> Dataset {
        let tokens = (0..4000_u32).map(|i| (i * i % 11 + i % 5) % 16).collect();
        Dataset::new(tokens, Split::Tail, CONFIG.context).unwrap()
    }

    fn trainer(seed: u64, steps: u64) -> Trainer {
        let recipe = Recipe { steps, ..preset::find("tiny").unwrap().recipe };
        Trainer::new(CONFIG, recipe, seed).unwrap()
    }

    fn every_step() -> Settings {
        Settings { every: 1, ..Settings::default() }
    }

    #[test]
    fn a_healthy_run_is_left_alone_to_the_bit() {
        let data = data();
        for seed in 1..=3 {
            let (mut alone, mut watched) = (trainer(seed, 150), trainer(seed, 150));
            watched.watch(every_step());
            let mut last = f64::NAN;
            while !alone.done() {
                let (a, b) = (alone.step(&data).unwrap(), watched.step(&data).unwrap());
                assert_eq!(a, b);
                last = a.loss;
            }
            assert_eq!(alone.params(), watched.params());
            assert!(last < 2.0, "{last}: it should learn");
            let news = watched.news();
            assert!(news.is_empty(), "seed {seed}: {news:#?}");
        }
    }

    /// The first alarm of a GPT with a fault put in before step 30.
    fn said(
        fault: impl Fn(&mut Params<f32>, u64),
        after: impl Fn(&Params<f32>, &mut Grads<f32>, u64),
    ) -> [String; 4] {
        let (gpt, mut params) = Gpt::new::<f32>(CONFIG, 1);
        let (mut arena, mut grads, mut adamw) = (Arena::new(), Grads::like(&params), AdamW::new(&params));
        let mut clinic = Clinic::new(&params, every_step());
        let mut batch = nn::data::Batch::default();
        let data = data();
        for step in 0..60 {
            data.batch(1, step, 8, &mut batch);
            fault(&mut params, step);
            grads.zero();
            let mut tape = Tape::record(&params, &mut arena);
            let loss = gpt.loss(&mut tape, &batch.inputs, &batch.targets, batch.rows);
            clinic.backward(step, &mut tape, loss, &mut grads);
            after(&params, &mut grads, step);
            let norm = clip_global_norm(&mut grads, 1.0);
            clinic.judge(&mut tape, &grads, norm);
            adamw.step(&mut params, &grads, 1e-3);
            clinic.updated(&params);
            if let Some(alarm) = clinic.alarms().first() {
                return [
                    alarm.fault.to_string(),
                    alarm.place.clone(),
                    alarm.op.into(),
                    alarm.step.to_string(),
                ];
            }
        }
        Default::default()
    }

    #[test]
    fn faults_in_a_gpt_are_named() {
        let put = |name: &'static str, f: fn(f32) -> f32| {
            move |params: &mut Params<f32>, step| {
                if step == 30 {
                    let id = params.find(name).unwrap();
                    params.get_mut(id).iter_mut().for_each(|w| *w = f(*w));
                }
            }
        };
        let fine = |_: &Params<f32>, _: &mut Grads<f32>, _| {};
        let want =
            |fault: Fault, place: &str, op: &str| [fault.to_string(), place.into(), op.into(), "30".into()];
        assert_eq!(
            said(put("block 1/mlp/0/weight", |_| f32::NAN), fine),
            want(Fault::BadParameter, "block 1/mlp/0/weight", "param")
        );
        assert_eq!(
            said(put("block 2/attention/qkv/weight", |w| w.signum() * 3e38), fine),
            want(Fault::Overflow, "block 2/attention", "linear")
        );
        let twice = |params: &Params<f32>, grads: &mut Grads<f32>, step| {
            let range = params.entry(params.find("tokens").unwrap()).range.clone();
            if step >= 30 {
                grads.values_mut()[range].iter_mut().for_each(|g| *g *= 2.0);
            }
        };
        assert_eq!(said(|_, _| {}, twice), want(Fault::CountedTwice, "tokens", "linear"));
    }

    #[test]
    fn the_program_tells() {
        let folder = std::env::temp_dir().join(format!("nn-clinic-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        // Tokens drawn without any rule: nothing can be learned, and the clinic says so.
        let mut x = 1_u32;
        let noise: String = (0..6000)
            .map(|_| {
                x = x.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                char::from(b'a' + (x >> 24) as u8 % 16)
            })
            .collect();
        std::fs::write(folder.join("noise.txt"), noise).unwrap();
        let run = |flags: &str| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_nn"));
            let args =
                format!("train --preset tiny --tokenizer char --corpus noise.txt --steps 150 --json {flags}");
            let output = command.current_dir(&folder).args(args.split_whitespace()).output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            String::from_utf8(output.stdout).unwrap()
        };
        let (alone, watched) = (run(""), run("--clinic"));
        std::fs::remove_dir_all(&folder).unwrap();
        assert!(!alone.contains("alarm"));
        let alarm = watched.lines().find(|line| line.contains("\"alarm\"")).expect("an alarm");
        let alarm: serde_json::Value = serde_json::from_str(alarm).unwrap();
        assert_eq!(alarm["alarm"], "loss stuck", "{alarm}");
        assert_eq!(alarm["place"], "loss");
    }
}
