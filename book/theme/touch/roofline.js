// A product under the ceilings of a machine: both axes logarithmic.
touchDraw.roofline = ({ colour, text, plain }) => numbers => {
    const [flops, flop, bytes, allowed, reached, decides, ...levels] = numbers;
    const names = levels.map((_, i) => i === levels.length - 1 ? "memory" : `L${i + 1}`);
    const x = intensity => 60 + 560 * (Math.log10(intensity) + 1) / 3.6;
    const y = rate => 310 - 280 * (Math.log10(rate) - 8.5) / (Math.log10(flops) - 8.3);
    const within = value => Math.min(620, Math.max(60, value));
    const grid = [0.1, 1, 10, 100].map(v => `<path d="M${x(v).toFixed(1)} 30V310" stroke-opacity="0.2"/>` + text(x(v), 330, plain(v))).join("") +
        [1e9, 1e10, 1e11].map(v => `<path d="M60 ${y(v).toFixed(1)}H620" stroke-opacity="0.2"/>` + text(52, y(v) + 6, plain(v / 1e9), "end")).join("");
    const slopes = levels.map((bandwidth, i) => {
        const from = Math.max(0.1, 10 ** 8.5 / bandwidth), to = flops / bandwidth;
        const strong = i === decides;
        return `<path d="M${x(from).toFixed(1)} ${y(from * bandwidth).toFixed(1)}L${x(to).toFixed(1)} ${y(flops).toFixed(1)}" stroke="${colour(1)}" stroke-width="${strong ? 3 : 1}" stroke-opacity="${strong ? 1 : 0.5}"/>`;
    }).join("");
    const flat = `<path d="M${within(x(flops / levels[0])).toFixed(1)} ${y(flops).toFixed(1)}H620" stroke="${colour(1)}" stroke-width="3"/>`;
    const intensity = flop / bytes, cx = within(x(intensity)), top = Math.min(310, y(allowed)), dot = Math.min(310, y(reached));
    const time = seconds => seconds >= 1e-3 ? `${plain(seconds * 1e3)} ms` : `${plain(seconds * 1e6)} µs`;
    return {
        svg: `<g font-size="18">${grid}${text(620, 354, "operations per byte", "end")}${text(60, 18, "GFLOP/s", "start")}</g>` + slopes + flat +
            `<path d="M${cx - 7} ${top - 7}l14 14M${cx + 7} ${top - 7}l-14 14" stroke="${colour(1)}" stroke-width="2"/>` +
            `<path d="M${cx} ${top}V${dot}" stroke-dasharray="3 4"/>` +
            `<circle cx="${cx}" cy="${dot}" r="7" fill="${colour(2)}" stroke="none"/>`,
        says: `${plain(intensity)} operations per byte, matrices in ${names[decides]}: at most ${plain(allowed / 1e9)} GFLOP/s, ` +
            `${allowed < flops * 0.999 ? "bound by transport" : "bound by arithmetic"}. Recorded: ${plain(reached / 1e9)} GFLOP/s, ` +
            `${time(flop / reached)}; at least ${time(flop / allowed)}.`,
    };
};
