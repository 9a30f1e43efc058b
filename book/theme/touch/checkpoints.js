// A backward pass through a chain: the place in the chain against time, and the states that are held meanwhile.
touchDraw.checkpoints = ({ colour, path, text, plain }) => (numbers, [schedule]) => {
    const [runs, recorded, states, ...rest] = numbers, STEPS = 24;
    const moves = [];
    for (let i = 0; i + 1 < rest.length && rest[i]; i += 2) moves.push([rest[i], rest[i + 1]]);
    // how long it takes: a step run, a step swept back over
    const total = runs + STEPS;
    const x = t => (56 + 560 * t / total).toFixed(1), y = k => 316 - 12 * k;
    let t = 0, at = 0;
    const thin = [], bold = [], back = [], kept = [], pile = [];
    for (const [kind, to] of moves) {
        if (kind === 1) pile.push([at, t]);
        if (kind === 2) { thin.push(`M${x(t)} ${y(at)}L${x(t + to - at)} ${y(to)}`); t += to - at; at = to; }
        if (kind === 3) {
            const length = to - at;
            bold.push(`M${x(t)} ${y(at)}L${x(t + length)} ${y(to)}`);
            back.push(`M${x(t + length)} ${y(to)}L${x(t + 2 * length)} ${y(at)}`);
            t += 2 * length;
        }
        if (kind === 4) { thin.push(`M${x(t)} ${y(at)}V${y(to)}`); at = to; }
        if (kind === 5) { const [k, from] = pile.pop(); kept.push(`M${x(from)} ${y(k)}H${x(t)}`); at = k; }
    }
    const ticks = [0, 6, 12, 18, 24].map(k => `<path d="M56 ${y(k)}H616" stroke-opacity="0.15"/>` + text(46, y(k) + 6, plain(k), "end"));
    const names = ["Everything recorded", "Equal pieces", "The binomial schedule"];
    const holds = states ? `${plain(states)} ${states === 1 ? "state" : "states"} and the tape of ${plain(recorded)} ${recorded === 1 ? "step" : "steps"}` : `the tape of all ${plain(recorded)} steps`;
    return {
        svg: `<g font-size="18">${ticks.join("")}${text(56, 16, "step of the chain", "start")}${text(616, 348, "time", "end")}</g>` +
            `<path d="${kept.join("")}" stroke="${colour(3)}" stroke-width="2" stroke-opacity="0.7"/>` +
            `<path d="${thin.join("")}" stroke-width="1.2" stroke-opacity="0.8"/>` +
            `<path d="${bold.join("")}" stroke="${colour(1)}" stroke-width="3"/><path d="${back.join("")}" stroke="${colour(2)}" stroke-width="3"/>`,
        says: `${names[schedule]}: at most ${holds} at once; ${plain(runs)} steps are run, ${plain(Math.round(100 * runs / STEPS) / 100)} times each on average.`,
    };
};
