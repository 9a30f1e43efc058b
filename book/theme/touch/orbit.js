// A state from step to step: where it is, and how long it is.
touchDraw.orbit = ({ colour, path, pairs, plain, text }) => (numbers, [, , , steps]) => {
    const [radius, norm] = numbers;
    const states = pairs(numbers.slice(2)).slice(0, steps + 1);
    const lengths = states.map(([x, y]) => Math.hypot(x, y));
    const far = Math.max(1.2, ...lengths);
    const at = ([x, y]) => [165 + x * 150 / far, 180 - y * 150 / far];
    const orbit = states.map(at);
    const dots = orbit.map(([x, y], k) =>
        `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="${k === steps ? 6 : 3}" fill="${colour(1)}" stroke="none"/>`);
    // powers of ten from the shortest to the longest state
    const logs = lengths.map(length => Math.log10(Math.max(length, 1e-30)));
    const low = Math.floor(Math.min(-1, ...logs)), high = Math.ceil(Math.max(1, ...logs));
    const px = k => 380 + k * 230 / Math.max(steps, 1), py = log => 310 - (log - low) * 260 / (high - low);
    const every = Math.ceil((high - low) / 8);
    let lines = "";
    for (let ten = low; ten <= high; ten += 1) {
        if (ten % every !== 0) continue;
        lines += `<path d="M380 ${py(ten).toFixed(1)}H610" stroke-opacity="${ten === 0 ? 0.6 : 0.2}"/>` +
            text(372, py(ten) + 5, plain(10 ** ten), "end");
    }
    return {
        svg: `<circle cx="165" cy="180" r="${(150 / far).toFixed(1)}" stroke-dasharray="6 4"/>` +
            `<path d="${path(orbit)}" stroke="${colour(1)}" stroke-opacity="0.5"/>` + dots.join("") + lines +
            `<path d="${path(logs.map((log, k) => [px(k), py(log)]))}" stroke="${colour(2)}" stroke-width="3"/>` +
            text(495, 335, `steps, 0 to ${steps}`),
        says: `Spectral radius ${plain(radius)}, norm ${plain(norm)}. After ${steps} steps the state is ` +
            `${plain(lengths[steps])} times as long as at first; the longest was ${plain(Math.max(...lengths))}.`,
    };
};
