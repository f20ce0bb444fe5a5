#!/bin/bash
# A search on Slurm: task 0 is the chief, the others are workers.
#
#   sbatch tuning/slurm.sh --dataset /shared/mnist.npz --max-trials 40 --directory /shared/searches/mnist
#
# The data and the directory must be on storage that all nodes see. A process that is killed is started again under its
# name; a job that is requeued goes on where it stopped.
#SBATCH --job-name=vae-search
#SBATCH --ntasks=5
#SBATCH --cpus-per-task=4
#SBATCH --gpus-per-task=1
#SBATCH --time=08:00:00
#SBATCH --requeue
#SBATCH --open-mode=append
set -euo pipefail

# keras-tuner's chief asks nobody for a password, so it listens on one interface only: the address under which the other
# nodes know this one, the first of the job. (A node may know its own name as 127.0.1.1, where nobody else would find it.)
chief=$(scontrol show hostnames "$SLURM_JOB_NODELIST" | sed -n 1p)
address=$(getent ahostsv4 "$chief" | awk '$1 !~ /^127[.]/ && !n++ { print $1 }') || true
export KERASTUNER_ORACLE_IP=${address:-$(hostname -I | awk '{ print $1 }')}
export KERASTUNER_ORACLE_PORT=$((20000 + SLURM_JOB_ID % 20000))

srun --kill-on-bad-exit=0 --label bash -c '
  if [ "$SLURM_PROCID" = 0 ]; then
    export KERASTUNER_TUNER_ID=chief CUDA_VISIBLE_DEVICES=
  else
    export KERASTUNER_TUNER_ID=worker-$SLURM_PROCID
  fi
  for attempt in 1 2 3 4 5; do
    python tuning/search.py "$@" && exit 0
    sleep 10
  done
  exit 1
' search "$@"
