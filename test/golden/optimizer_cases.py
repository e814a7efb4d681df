"""Ten steps of each optimizer over given gradients, and learning rates of each schedule."""

import torch
from torch.optim import SGD, Adam, AdamW, RMSprop, lr_scheduler

from golden_format import number, tensor, write
from operation_cases import Cases

STEPS = 10


class Lion:
    """Algorithm 2 of arXiv 2302.06675."""

    def __init__(self, parameters, rate, betas, decay):
        self.parameters, self.rate, self.betas, self.decay = parameters, rate, betas, decay
        self.means = [torch.zeros_like(p) for p in parameters]

    @torch.no_grad()
    def step(self):
        for p, m in zip(self.parameters, self.means):
            update = torch.sign(self.betas[0] * m + (1 - self.betas[0]) * p.grad)
            p -= self.rate * (update + self.decay * p)
            m.copy_(self.betas[1] * m + (1 - self.betas[1]) * p.grad)


def zeropower(g):
    """Keller Jordan's zeropower_via_newtonschulz5, in f32 instead of bf16."""
    x = g / (g.norm() + 1e-7)
    if g.size(0) > g.size(1):
        x = x.T
    for _ in range(5):
        a = x @ x.T
        x = 3.4445 * x + (-4.7750 * a + 2.0315 * a @ a) @ x
    return x.T if g.size(0) > g.size(1) else x


class Muon:
    """muon_update and MuonWithAuxAdam of github.com/KellerJordan/Muon, for matrices; AdamW for the others."""

    def __init__(self, parameters, rate, momentum, decay, others):
        self.matrices = [p for p in parameters if p.ndim >= 2]
        self.rate, self.momentum, self.decay = rate, momentum, decay
        self.means = [torch.zeros_like(p) for p in self.matrices]
        self.others = AdamW([p for p in parameters if p.ndim < 2], others, weight_decay=decay, foreach=False)

    @torch.no_grad()
    def step(self):
        for p, m in zip(self.matrices, self.means):
            m.lerp_(p.grad, 1 - self.momentum)
            update = zeropower(p.grad.lerp(m, self.momentum).flatten(1)) * max(1, p.size(0) / p[0].numel()) ** 0.5
            p.mul_(1 - self.rate * self.decay).add_(update.view_as(p), alpha=-self.rate)
        self.others.step()


class Lookahead:
    """Algorithm 1 of arXiv 1907.08610."""

    def __init__(self, inner, parameters, steps, share):
        self.inner, self.parameters, self.steps, self.share, self.count = inner, parameters, steps, share, 0
        self.slow = [p.detach().clone() for p in parameters]

    @torch.no_grad()
    def step(self):
        self.inner.step()
        self.count += 1
        if self.count % self.steps == 0:
            for p, slow in zip(self.parameters, self.slow):
                slow += self.share * (p - slow)
                p.copy_(slow)


def optimizers():
    c = Cases(10)
    initial = [c.normal(3, 5), c.normal(4)]
    gradients = [[c.normal(3, 5), c.normal(4)] for _ in range(STEPS)]
    for step in gradients:
        step[0][0, 0] = 0.0
        step[1][0] = 1e-6
        step[1][1] = 1000.0
    entries = [{"initial": [tensor(p) for p in initial], "gradients": [[tensor(g) for g in step] for step in gradients]}]

    def run(name, make, options, clip=None):
        parameters = [torch.nn.Parameter(p.clone()) for p in initial]
        optimizer = make(parameters)
        case = {"name": name, "options": options, "parameters": []}
        if clip:
            case["norms"] = []
        for step in gradients:
            for parameter, gradient in zip(parameters, step):
                parameter.grad = gradient.clone()
            if clip:
                case["norms"].append(number(torch.nn.utils.clip_grad_norm_(parameters, clip).numpy()[()]))
            optimizer.step()
            case["parameters"].append([tensor(p) for p in parameters])
        entries.append(case)

    def sgd(name, momentum=0.0, dampening=0.0, nesterov=False, decay=0.0, clip=None):
        options = {"name": "sgd", "lr": 0.1, "momentum": momentum, "dampening": dampening, "nesterov": nesterov, "weightDecay": decay}
        run(name, lambda p: SGD(p, 0.1, momentum, dampening, decay, nesterov), options | ({"clipGradNorm": clip} if clip else {}), clip)

    sgd("sgd")
    sgd("sgd, weight decay", decay=0.01)
    sgd("sgd, momentum", momentum=0.9)
    sgd("sgd, momentum, dampening, weight decay", momentum=0.9, dampening=0.3, decay=0.01)
    sgd("sgd, Nesterov", momentum=0.9, nesterov=True)
    sgd("sgd, Nesterov, weight decay", momentum=0.9, nesterov=True, decay=0.01)
    sgd("sgd, gradients clipped to norm 1", clip=1.0)
    sgd("sgd, gradients below the norm are left alone", clip=1e6)
    for cls, name in [(Adam, "adam"), (AdamW, "adamw")]:
        for label, betas, eps, decay in [("", (0.9, 0.999), 1e-8, 0.0), (", weight decay", (0.9, 0.999), 1e-8, 0.05),
                                         (", other betas and eps", (0.8, 0.95), 1e-3, 0.0)]:
            options = {"name": name, "lr": 0.01, "beta1": betas[0], "beta2": betas[1], "eps": eps, "weightDecay": decay}
            run(name + label, lambda p: cls(p, 0.01, betas, eps, decay, foreach=False), options)
    for label, alpha, eps, decay, momentum in [("", 0.99, 1e-8, 0.0, 0.0), (", momentum", 0.99, 1e-8, 0.0, 0.9),
                                               (", alpha, eps, weight decay, momentum", 0.9, 1e-3, 0.05, 0.5)]:
        options = {"name": "rmsprop", "lr": 0.01, "alpha": alpha, "eps": eps, "weightDecay": decay, "momentum": momentum}
        run("rmsprop" + label, lambda p: RMSprop(p, 0.01, alpha, eps, decay, momentum, foreach=False), options)
    for label, rate, betas, decay in [("", 0.01, (0.9, 0.99), 0.0), (", other betas, weight decay", 0.02, (0.5, 0.8), 0.1)]:
        options = {"name": "lion", "lr": rate, "beta1": betas[0], "beta2": betas[1], "weightDecay": decay}
        run("lion" + label, lambda p: Lion(p, rate, betas, decay), options)
    for label, decay in [("", 0.0), (", weight decay", 0.05)]:
        options = {"name": "muon", "lr": 0.02, "momentum": 0.95, "weightDecay": decay, "othersLr": 0.001}
        run("muon" + label, lambda p: Muon(p, 0.02, 0.95, decay, 0.001), options)
    run("sgd in two groups", lambda p: SGD([{"params": p[:1], "weight_decay": 0.01}, {"params": p[1:], "lr": 0.2}], 0.1, 0.9),
        {"name": "sgd", "lr": 0.1, "momentum": 0.9, "weightDecay": 0.01, "vectors": {"weightDecay": 0.0, "rateFactor": 2}})
    run("lookahead around sgd", lambda p: Lookahead(SGD(p, 0.1, 0.9), p, 3, 0.4),
        {"name": "sgd", "lr": 0.1, "momentum": 0.9, "lookahead": {"steps": 3, "share": 0.4}})
    write("optimizers", entries)


def schedules():
    total, base = 40, 0.1
    entries = []

    def run(name, make, options):
        optimizer = SGD([torch.nn.Parameter(torch.zeros(1))], lr=base)
        schedule = make(optimizer)
        rates = []
        for _ in range(total):
            rates.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            schedule.step()
        entries.append({"name": name, "options": options, "base_rate": base, "total_steps": total, "rates": rates})

    def one_cycle(optimizer, share, anneal, first, last):
        return lr_scheduler.OneCycleLR(optimizer, base, total, pct_start=share, anneal_strategy=anneal,
                                       div_factor=first, final_div_factor=last, cycle_momentum=False)

    def warm(optimizer, make):
        warm_up = lr_scheduler.LinearLR(optimizer, start_factor=0.01, total_iters=5)
        return lr_scheduler.SequentialLR(optimizer, [warm_up, make(optimizer)], [5])

    def cosine(optimizer, steps=total, minimum=0.0):
        return lr_scheduler.CosineAnnealingLR(optimizer, steps, minimum)

    warm_up = {"warmupEpochs": 5, "warmupStart": 0.01}
    run("StepLR", lambda o: lr_scheduler.StepLR(o, 15, 0.3), {"name": "step", "stepSize": 15, "gamma": 0.3})
    run("CosineAnnealingLR to 0", cosine, {"name": "cosine", "minimum": 0})
    run("CosineAnnealingLR to 0.01", lambda o: cosine(o, minimum=0.01), {"name": "cosine", "minimum": 0.01})
    for anneal, share, first, last in [("cos", 0.3, 25.0, 1e4), ("cos", 0.5, 10.0, 100.0), ("linear", 0.3, 25.0, 1e4)]:
        options = {"name": "one-cycle", "warmShare": share, "anneal": anneal, "startDivisor": first, "endDivisor": last}
        run(f"OneCycleLR, {anneal}, {share}", lambda o: one_cycle(o, share, anneal, first, last), options)
    run("LinearLR for 5 steps, then constant", lambda o: warm(o, lambda o: lr_scheduler.ConstantLR(o, 1.0)),
        {"name": "constant"} | warm_up)
    run("LinearLR for 5 steps, then CosineAnnealingLR over the other 35",
        lambda o: warm(o, lambda o: cosine(o, total - 5)), {"name": "cosine", "minimum": 0} | warm_up)
    for period, growth, minimum in [(10, 1, 0.0), (5, 2, 0.01)]:
        run(f"CosineAnnealingWarmRestarts, {period}, {growth}",
            lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, period, growth, minimum),
            {"name": "cosine-restarts", "period": period, "growth": growth, "minimum": minimum})
    for power in (1, 2, 0.5):
        run(f"PolynomialLR, {power}", lambda o: lr_scheduler.PolynomialLR(o, total, power), {"name": "polynomial", "power": power, "minimum": 0})
    run("LinearLR for 5 steps, constant, LinearLR over the last 7",
        lambda o: lr_scheduler.SequentialLR(o, [
            lr_scheduler.LinearLR(o, start_factor=0.01, total_iters=5), lr_scheduler.ConstantLR(o, 1.0),
            lr_scheduler.LinearLR(o, start_factor=1.0, end_factor=0.0, total_iters=7)], [5, total - 7]),
        {"name": "trapezoid", "decayShare": 0.2, "minimum": 0} | warm_up)
    chance = torch.Generator().manual_seed(10)
    losses = [round(1.0 / (1 + i) ** 0.1 + 0.02 * torch.rand([], generator=chance).item(), 4) for i in range(total)]
    for label, options in [("", {"gamma": 0.3, "patience": 2, "threshold": 1e-4, "cooldown": 0, "minimum": 0.0}),
                           (", cooldown, threshold, minimum", {"gamma": 0.5, "patience": 1, "threshold": 0.02, "cooldown": 3, "minimum": 0.01})]:
        optimizer = SGD([torch.nn.Parameter(torch.zeros(1))], lr=base)
        plateau = lr_scheduler.ReduceLROnPlateau(optimizer, "min", options["gamma"], options["patience"], options["threshold"],
                                                 cooldown=options["cooldown"], min_lr=options["minimum"], eps=0)
        rates = []
        for loss in losses:
            rates.append(optimizer.param_groups[0]["lr"])
            plateau.step(loss)
        entries.append({"name": "ReduceLROnPlateau" + label, "options": {"name": "plateau"} | options, "base_rate": base,
                        "total_steps": total, "validation_losses": losses, "rates": rates})
    write("schedules", entries)
