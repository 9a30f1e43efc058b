//! A GPT of two blocks against PyTorch: its logits, its gradient, and ten steps of AdamW.
//!
//! Weights and batches are whole numbers over whole numbers, made by the same formulas on both sides, so both begin with the same bits and no
//! file has to travel. What is compared below was printed by this script (Python 3.11):
//!
//! ```python
//! import math
//!
//! import torch
//! import torch.nn.functional as F
//!
//! torch.set_default_dtype(torch.float64)
//! torch.set_num_threads(1)
//! VOCAB, CONTEXT, BLOCKS, HEADS, WIDTH, BATCH, TIME, IGNORE = 11, 7, 2, 2, 6, 3, 5, -100
//!
//! shapes = {"tokens": (VOCAB, WIDTH), "positions": (CONTEXT, WIDTH)}
//! for b in range(BLOCKS):
//!     shapes |= {
//!         f"block {b}/norm 1/gain": (WIDTH,),
//!         f"block {b}/attention/qkv/weight": (3 * WIDTH, WIDTH),
//!         f"block {b}/attention/out/weight": (WIDTH, WIDTH),
//!         f"block {b}/norm 2/gain": (WIDTH,),
//!         f"block {b}/mlp/0/weight": (4 * WIDTH, WIDTH),
//!         f"block {b}/mlp/1/weight": (WIDTH, 4 * WIDTH),
//!     }
//! shapes["norm/gain"] = (WIDTH,)
//!
//!
//! def first(p, shape):
//!     """Element i of parameter p: whole numbers over 24, and for gains 1 plus half of that."""
//!     k = (torch.arange(math.prod(shape)) * 7 + p * 13) % 19 - 9.0
//!     return (k / 24 if len(shape) == 2 else 1 + k / 48).reshape(shape)
//!
//!
//! def probe(p, x):
//!     """One number that depends on every element: its product with odd numbers over 16."""
//!     c = ((torch.arange(x.numel()) * 5 + p * 3) % 16 * 2 - 15.0) / 16
//!     return (c * x.detach().flatten()).sum().item()
//!
//!
//! def batch(step):
//!     i = torch.arange(BATCH * TIME)
//!     ids = (i * i + 2 * i * step + step) % VOCAB
//!     targets = (3 * ids + i) % VOCAB
//!     targets[step % (BATCH * TIME)] = IGNORE
//!     return ids.reshape(BATCH, TIME), targets
//!
//!
//! def attention(x, qkv, out):
//!     q, k, v = (x @ qkv.T).split(WIDTH, dim=2)
//!     q, k, v = (t.reshape(BATCH, TIME, HEADS, WIDTH // HEADS).transpose(1, 2) for t in (q, k, v))
//!     y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
//!     return y.transpose(1, 2).reshape(BATCH, TIME, WIDTH) @ out.T
//!
//!
//! def logits(w, ids):
//!     x = w["tokens"][ids] + w["positions"][:TIME]
//!     for b in range(BLOCKS):
//!         part = lambda name: w[f"block {b}/{name}"]
//!         y = F.layer_norm(x, (WIDTH,), part("norm 1/gain"), None, 1e-5)
//!         x = x + attention(y, part("attention/qkv/weight"), part("attention/out/weight"))
//!         y = F.layer_norm(x, (WIDTH,), part("norm 2/gain"), None, 1e-5)
//!         x = x + F.gelu(y @ part("mlp/0/weight").T) @ part("mlp/1/weight").T
//!     return F.layer_norm(x, (WIDTH,), w["norm/gain"], None, 1e-5) @ w["tokens"].T
//!
//!
//! w = {name: first(p, shape).requires_grad_() for p, (name, shape) in enumerate(shapes.items())}
//! matrices, gains = ([x for x in w.values() if x.dim() == d] for d in (2, 1))
//! adamw = torch.optim.AdamW(
//!     [{"params": matrices, "weight_decay": 0.1}, {"params": gains, "weight_decay": 0.0}],
//!     lr=0.01, betas=(0.9, 0.99), eps=1e-8,
//! )
//! losses, out, gradients = [], None, []
//! for step in range(11):
//!     ids, targets = batch(step)
//!     z = logits(w, ids)
//!     loss = F.cross_entropy(z.reshape(-1, VOCAB), targets, ignore_index=IGNORE)
//!     losses.append(loss.item())
//!     if step == 10:
//!         break
//!     adamw.zero_grad()
//!     loss.backward()
//!     if step == 0:
//!         out = z
//!         gradients = [(probe(p, x.grad), x.grad.norm().item()) for p, x in enumerate(w.values())]
//!         row = w["block 0/attention/qkv/weight"].grad[7].tolist()
//!     adamw.step()
//!
//! show = lambda xs: ",\n    ".join(repr(x) for x in xs)
//! print(f"/// PyTorch {torch.__version__}, CPU, f64.")
//! print(f"const LOGITS: f64 = {probe(0, out)!r};")
//! print(f"const LAST_LOGITS: [f64; {VOCAB}] = [\n    {show(out[-1, -1].tolist())},\n];")
//! print(f"const KEY_ROW: [f64; {WIDTH}] = [\n    {show(row)},\n];")
//! print(f"const LOSSES: [f64; 11] = [\n    {show(losses)},\n];")
//! print("const PARAMETERS: [(&str, f64, f64, f64); 15] = [")
//! for p, (name, x) in enumerate(w.items()):
//!     print(f'    ("{name}", {gradients[p][0]!r}, {gradients[p][1]!r}, {probe(p, x)!r}),')
//! print("];")
//! ```

/// PyTorch 2.15.0+cu132, CPU, f64.
const LOGITS: f64 = 2.693098851678927;
const LAST_LOGITS: [f64; 11] = [
    0.6754527363232982,
    -0.772353299771196,
    -0.4468428000977744,
    0.5466139486900312,
    0.4858763009873398,
    0.6602683243976253,
    -0.4012895643207559,
    -0.4620272120234472,
    0.5314295367643583,
    0.36992069994165744,
    0.6450839124719525,
];
const KEY_ROW: [f64; 6] = [
    0.009457771281636596,
    0.0030555706621526106,
    -0.0066681742519027355,
    -0.00034719591625214795,
    0.007740994149107828,
    -0.010067577258270104,
];
const LOSSES: [f64; 11] = [
    2.4439931238547166,
    2.657050770417872,
    2.3783306518239113,
    2.283089037723973,
    2.6904344338808444,
    2.395933435464524,
    2.2922089924143902,
    2.389796405537692,
    2.5928582058187635,
    2.497126918574344,
    2.568876395053522,
];
const PARAMETERS: [(&str, f64, f64, f64); 15] = [
    ("tokens", 1.0569225786523395, 0.7067276848493556, -2.1296965219042625),
    ("positions", -0.09970108793364842, 0.3677301564573136, -2.114002960699138),
    ("block 0/norm 1/gain", 0.10428398891329971, 0.11861160387980718, 0.37679016643666147),
    ("block 0/attention/qkv/weight", 0.18209759558793642, 0.4016105816704501, -2.140420136862909),
    ("block 0/attention/out/weight", -0.12974569737951502, 0.5126722222251454, 0.24976146883666422),
    ("block 0/norm 2/gain", -0.006115768791377948, 0.09455665476608316, 0.8755224188358931),
    ("block 0/mlp/0/weight", 0.19535493148280697, 0.6485876234912802, -0.1540164367256546),
    ("block 0/mlp/1/weight", 0.04198204283696649, 0.9455198081602044, -0.232811457303837),
    ("block 1/norm 1/gain", -0.025418258883969206, 0.07404069066988778, 0.05682330967574098),
    ("block 1/attention/qkv/weight", 0.02663941926182567, 0.36047129723063426, 0.5188985632012316),
    ("block 1/attention/out/weight", -0.0843042350368351, 0.332778144863693, 1.5051892024067932),
    ("block 1/norm 2/gain", -0.03812713103156229, 0.0405323198673517, -1.5099787012416543),
    ("block 1/mlp/0/weight", -0.17691800962155663, 0.5321532443166413, 1.2598206412608999),
    ("block 1/mlp/1/weight", -0.00658432664846758, 0.6406514157747131, 1.2036278996850864),
    ("norm/gain", -0.07526389530228335, 0.1223104904682085, 1.3319780485081887),
];

mod golden_torch {
    use super::{KEY_ROW, LAST_LOGITS, LOGITS, LOSSES, PARAMETERS};
    use calculus::optim::AdamW;
    use calculus::tape::{Arena, Grads, IGNORE, Params, Tape};
    use linalg::Real;
    use nn::gpt::{Config, Gpt};

    const CONFIG: Config = Config { vocab: 11, context: 7, blocks: 2, heads: 2, width: 6 };
    const BATCH: usize = 3;
    const TOKENS: usize = BATCH * 5;

    /// Element i of parameter p: whole numbers over 24, and for gains 1 plus half of that.
    fn first(p: usize, i: usize, matrix: bool) -> f64 {
        let k = ((i * 7 + p * 13) % 19) as f64 - 9.0;
        if matrix { k / 24.0 } else { 1.0 + k / 48.0 }
    }

    /// One number that depends on every element: the product with odd numbers over 16.
    fn probe<T: Real>(p: usize, x: &[T]) -> f64 {
        let c = |i: usize| (((i * 5 + p * 3) % 16 * 2) as f64 - 15.0) / 16.0;
        x.iter().enumerate().map(|(i, x)| c(i) * x.to_f64()).sum()
    }

    fn batch(step: usize) -> (Vec<u32>, Vec<u32>) {
        let ids: Vec<u32> =
            (0..TOKENS).map(|i| ((i * i + 2 * i * step + step) % CONFIG.vocab) as u32).collect();
        let target = |(i, &id): (usize, &u32)| (3 * id + i as u32) % CONFIG.vocab as u32;
        let mut targets: Vec<u32> = ids.iter().enumerate().map(target).collect();
        targets[step % TOKENS] = IGNORE;
        (ids, targets)
    }

    fn model<T: Real>() -> (Gpt, Params<T>) {
        let (gpt, mut params) = Gpt::new::<T>(CONFIG, 1);
        for (p, id) in params.ids().enumerate() {
            let matrix = params.entry(id).shape.rank() == 2;
            for (i, w) in params.get_mut(id).iter_mut().enumerate() {
                *w = T::from_f64(first(p, i, matrix));
            }
        }
        (gpt, params)
    }

    #[track_caller]
    fn close(what: &str, got: f64, want: f64, tolerance: f64) {
        assert!((got - want).abs() <= tolerance * want.abs().max(1.0), "{what}: {got}, PyTorch has {want}");
    }

    /// Everything that the script prints, computed here in numbers of type `T`.
    fn compare<T: Real>(tolerance: f64) {
        let (gpt, mut params) = model::<T>();
        let names: Vec<&str> = params.entries().iter().map(|e| e.name.as_str()).collect();
        assert_eq!(names, PARAMETERS.map(|(name, ..)| name));
        let (mut arena, mut grads) = (Arena::new(), Grads::like(&params));
        let mut adamw = AdamW::new(&params);
        (adamw.beta1, adamw.beta2, adamw.weight_decay) = (0.9, 0.99, 0.1);
        for (step, want) in LOSSES.into_iter().enumerate() {
            let (ids, targets) = batch(step);
            grads.zero();
            let mut tape = Tape::record(&params, &mut arena);
            let logits = gpt.forward(&mut tape, &ids, BATCH, None);
            let loss = tape.cross_entropy(logits, &targets);
            close(&format!("loss {step}"), tape.item(loss).to_f64(), want, tolerance);
            if step == 10 {
                break;
            }
            tape.backward(loss, &mut grads);
            if step == 0 {
                let z = tape.value(logits);
                close("all logits", probe(0, z), LOGITS, tolerance);
                for (z, want) in z[z.len() - CONFIG.vocab..].iter().zip(LAST_LOGITS) {
                    close("a logit", z.to_f64(), want, tolerance);
                }
                for (p, (id, (name, want, norm, _))) in params.ids().zip(PARAMETERS).enumerate() {
                    let d = grads.view(&params, id).to_tensor();
                    close(&format!("gradient of {name}"), probe(p, d.data()), want, tolerance);
                    let length = d.data().iter().map(|d| d.to_f64().powi(2)).sum::<f64>().sqrt();
                    close(&format!("length of the gradient of {name}"), length, norm, tolerance);
                    if name == "block 0/attention/qkv/weight" {
                        for (d, want) in d.row(7).iter().zip(KEY_ROW) {
                            close("the gradient of a key", d.to_f64(), want, tolerance);
                        }
                    }
                }
            }
            adamw.step(&mut params, &grads, 0.01);
        }
        for (p, (id, (name, _, _, want))) in params.ids().zip(PARAMETERS).enumerate() {
            close(
                &format!("{name} after ten steps"),
                probe(p, params.view(id).to_tensor().data()),
                want,
                tolerance,
            );
        }
    }

    #[test]
    fn forward_backward_and_ten_steps_are_pytorch_s() {
        compare::<f64>(1e-10);
    }

    #[test]
    fn in_f32_too_as_far_as_it_goes() {
        compare::<f32>(2e-4);
    }
}
